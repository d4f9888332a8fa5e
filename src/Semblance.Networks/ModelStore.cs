using System.Globalization;
using Google.Protobuf;
using Semblance.Networks.Onnx;
using Semblance.Networks.Store;

namespace Semblance.Networks;

/// <summary>
/// A folder of model folders, named by model id. Models appear whole or not at all: each is made beside and renamed, so
/// several processes may use and fill one store.
/// </summary>
public sealed class ModelStore
{
    private const string BuildingPrefix = ".building-";
    private const string AddingPrefix = ".adding-";
    private const string DownloadsFolder = ".downloads";
    private const string PreprocessorFile = "preprocessor_config.json";

    private readonly ModelStoreOptions _options;

    /// <param name="folder">Need not exist; the first model creates it.</param>
    public ModelStore(string folder, ModelStoreOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        Folder = Path.GetFullPath(folder);
        _options = options ?? new ModelStoreOptions();
    }

    /// <summary><c>$SEMBLANCE_HOME/models</c>, or <c>semblance/models</c> in the user's local application data.</summary>
    public static ModelStore Default => OfUser();

    /// <summary>The store of <see cref="Default"/> with other options.</summary>
    public static ModelStore OfUser(ModelStoreOptions? options = null) => new(Path.Combine(
        Environment.GetEnvironmentVariable("SEMBLANCE_HOME") is { Length: > 0 } home ? home : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify), "semblance"),
        "models"), options);

    public string Folder { get; }

    /// <summary>True for a model that earlier versions made by themselves and this one has not; its name stays taken, since galleries hold it.</summary>
    public static bool IsRetired(string id) => DefaultModel.RetiredIds.Contains(id);

    /// <summary>Everything in the store, by id. A folder with a faulty manifest is left out; <see cref="Find"/> says what is wrong with it.</summary>
    public IReadOnlyList<StoredModel> List()
    {
        if (!Directory.Exists(Folder))
            return [];
        var models = new List<StoredModel>();
        foreach (var folder in Directory.EnumerateDirectories(Folder).Where(f => !Path.GetFileName(f).StartsWith('.')).Order(StringComparer.Ordinal))
        {
            try
            {
                models.Add(StoredModel.Load(folder));
            }
            catch (ModelException)
            {
            }
        }
        return models;
    }

    /// <summary>
    /// A model by id, by model folder or by ONNX file (with the manifest beside it, or a guessed one); the store's ids come first.
    /// The default model is made if need be.
    /// </summary>
    /// <exception cref="ModelException">There is no such model, or its manifest is faulty.</exception>
    public StoredModel Find(string idOrPath)
    {
        ArgumentException.ThrowIfNullOrEmpty(idOrPath);
        if (idOrPath == DefaultModel.Id)
            return StoredModel.Load(EnsureDefault());
        if (IsRetired(idOrPath))
            throw new ModelException($"The model '{idOrPath}' was the default of an earlier version and is not in this one; use '{DefaultModel.Id}', to which a gallery is moved by indexing it again.")
            {
                Error = ModelError.Retired,
                Details = new Dictionary<string, string> { ["model"] = idOrPath, ["asked"] = DefaultModel.Id },
            };
        if (IsId(idOrPath) && Directory.Exists(Path.Combine(Folder, idOrPath)))
            return StoredModel.Load(Path.Combine(Folder, idOrPath));
        if (Directory.Exists(idOrPath))
            return StoredModel.Load(Path.GetFullPath(idOrPath));
        if (!File.Exists(idOrPath))
        {
            var known = List().Select(model => model.Id).Prepend(DefaultModel.Id).Distinct();
            throw new ModelException($"There is no model '{idOrPath}': neither in the store ({string.Join(", ", known)}) nor as a folder or file.")
            {
                Error = ModelError.NoModel,
                Details = new Dictionary<string, string> { ["model"] = idOrPath },
            };
        }
        var path = Path.GetFullPath(idOrPath);
        var beside = Path.GetDirectoryName(path)!;
        if (Path.GetFileName(path) == ModelFile.Name && File.Exists(Path.Combine(beside, ModelManifest.FileName)))
            return StoredModel.Load(beside);
        var id = IdFrom(path);
        var (manifest, guesses) = ManifestGuess.Make(ModelFile.Parse(path), path, id, id, ModelFile.Hash(path), ReadPreprocessor(beside));
        return new StoredModel(manifest, beside, path) { Guesses = guesses, IsBareFile = true };
    }

    /// <summary>
    /// The model of the store that is the same as one found elsewhere: of equal identity or, for a bare file, which does not say how it is
    /// fed, of the same network. Null where there is none.
    /// </summary>
    /// <exception cref="ModelException">Several models of the store are of that bare file.</exception>
    public StoredModel? FindEqual(StoredModel found)
    {
        ArgumentNullException.ThrowIfNull(found);
        if (found.IsBareFile)
        {
            var ofFile = List().Where(model => model.Manifest.Sha256 == found.Manifest.Sha256 || model.Manifest.AddedSha256 == found.Manifest.Sha256).ToList();
            return ofFile.Count < 2 ? ofFile.FirstOrDefault() : throw new ModelException($"The store has this network in several models ({string.Join(", ", ofFile.Select(model => model.Id))}), which are fed or tapped differently; name the one that is meant.");
        }
        var identity = found.Identity;
        return List().FirstOrDefault(model => IdentitiesOf(model).Contains(identity));
    }

    /// <summary>A name that no model of the store has: the one given, or with a number behind it.</summary>
    public string FreeId(string id)
    {
        var free = id;
        for (var i = 2; IsTaken(free); i++)
            free = string.Create(CultureInfo.InvariantCulture, $"{id}-{i}");
        return free;
    }

    /// <summary>
    /// Copies an ONNX file or a model folder into the store. A file without a manifest gets one; what had to be guessed is
    /// listed in the result and can be corrected in the manifest.
    /// </summary>
    /// <param name="id">Name in the store; null derives it from the file's or folder's.</param>
    /// <param name="chooseFeeding">Asked how a file without a manifest is fed; null guesses by its names. What it throws ends the call, and nothing is added.</param>
    /// <exception cref="ModelException">The id is taken or malformed, or the file is no picture network.</exception>
    /// <exception cref="OnnxException">ONNX Runtime cannot load it.</exception>
    public async Task<StoredModel> AddFileAsync(string path, string? id = null, Func<FeedingQuestion, FeedingAnswer>? chooseFeeding = null, CancellationToken cancellationToken = default)
    {
        var source = Path.GetFullPath(path);
        var isFolder = Directory.Exists(source);
        if (!isFolder && !File.Exists(source))
            throw new ModelException($"There is nothing at '{path}'; name an ONNX file or a model folder.");
        var network = isFolder ? NetworkIn(source) : source;
        var beside = Path.GetDirectoryName(network)!;
        var manifest = isFolder && File.Exists(Path.Combine(source, ModelManifest.FileName)) ? ModelManifest.Load(source) : null;
        id = CheckFree(id ?? manifest?.Id ?? IdFrom(source));
        return await AddAsync(id, async target =>
        {
            await using (var from = File.OpenRead(network))
            await using (var to = File.Create(target))
                await from.CopyToAsync(to, cancellationToken);
            return manifest;
        }, IdFrom(source), ReadPreprocessor(beside), chooseFeeding);
    }

    /// <summary>
    /// Downloads a network: <c>hf:OWNER/NAME[/FILE]</c> or an http(s) address. An interrupted download goes on where it
    /// stopped when the same call is made again. The file is checked against <paramref name="expectedSha256"/> and against the
    /// hash that the hub announces.
    /// </summary>
    /// <param name="chooseFeeding">As in <see cref="AddFileAsync"/>; what was downloaded is lost where it throws.</param>
    /// <exception cref="ModelException">Not found, unreachable, wrong checksum, disk full, no picture network, or the id is taken.</exception>
    /// <exception cref="OnnxException">ONNX Runtime cannot load what was downloaded.</exception>
    public async Task<StoredModel> AddUrlAsync(string address, string? id = null, string? expectedSha256 = null, IProgress<DownloadProgress>? progress = null, Func<FeedingQuestion, FeedingAnswer>? chooseFeeding = null, CancellationToken cancellationToken = default)
    {
        using var downloader = new ModelDownloader(_options);
        Uri file;
        string? preprocessor = null;
        if (address.StartsWith(HubAddress.Scheme, StringComparison.Ordinal))
        {
            var hub = HubAddress.Parse(address);
            id = CheckFree(id ?? IdFrom(hub.Name));
            var endpoint = _options.HubEndpoint ?? (Environment.GetEnvironmentVariable("HF_ENDPOINT") is { Length: > 0 } named ? named : "https://huggingface.co");
            file = hub.FileAddress(endpoint, await hub.ChooseFileAsync(downloader, endpoint, cancellationToken));
            preprocessor = await downloader.ReadTextAsync(hub.FileAddress(endpoint, PreprocessorFile), cancellationToken);
        }
        else if (Uri.TryCreate(address, UriKind.Absolute, out var parsed) && parsed.Scheme is "http" or "https")
        {
            file = parsed;
            id = CheckFree(id ?? IdFrom(parsed.AbsolutePath));
        }
        else
        {
            throw new ModelException($"'{address}' is no address to download from; write hf:OWNER/NAME[/FILE] or an http(s) URL.");
        }

        return await AddAsync(id, async target =>
        {
            var downloads = Path.Combine(Folder, DownloadsFolder);
            Directory.CreateDirectory(downloads);
            var waiting = Path.Combine(downloads, id + ".onnx");
            // Two programs that fetch the same model would write into one file.
            using var held = StoreLock.Take(waiting + ".lock", cancellationToken);
            await downloader.DownloadAsync(file, waiting, expectedSha256, progress, cancellationToken);
            File.Move(waiting, target);
            return null;
        }, file.AbsolutePath, preprocessor, chooseFeeding);
    }

    /// <summary>Deletes a model from the store; the default model is made again when it is next asked for.</summary>
    /// <returns>False when there was none of that id.</returns>
    public bool Remove(string id)
    {
        var folder = Path.Combine(Folder, id);
        if (!IsId(id) || !Directory.Exists(folder))
            return false;
        Directory.Delete(folder, recursive: true);
        return true;
    }

    /// <summary>
    /// Folder of the default model <c>resnet18</c>. The first call makes its ONNX file from the weights that came with the build
    /// (about a second); later calls, also of other processes meanwhile, find it.
    /// </summary>
    /// <exception cref="ModelException">The store cannot be written.</exception>
    /// <exception cref="FileNotFoundException">The build's weights are not beside the program.</exception>
    public string EnsureDefault(CancellationToken cancellationToken = default)
    {
        var folder = Path.Combine(Folder, DefaultModel.Id);
        if (IsCurrentDefault(folder))
            return folder;
        try
        {
            Directory.CreateDirectory(Folder);
            using var held = StoreLock.Take(Path.Combine(Folder, ".default.lock"), cancellationToken);
            if (IsCurrentDefault(folder))
                return folder;
            // What killed processes left, and what only earlier versions can run.
            foreach (var abandoned in Directory.EnumerateDirectories(Folder, BuildingPrefix + "*").Concat(DefaultModel.RetiredIds.Select(id => Path.Combine(Folder, id)).Where(Directory.Exists)))
                Directory.Delete(abandoned, recursive: true);
            var building = Path.Combine(Folder, BuildingPrefix + Guid.NewGuid().ToString("N"));
            Directory.CreateDirectory(building);
            DefaultModel.Build(building, cancellationToken);
            if (Directory.Exists(folder))
                Directory.Delete(folder, recursive: true);
            Directory.Move(building, folder);
            return folder;
        }
        catch (Exception failure) when (failure is UnauthorizedAccessException or IOException and not FileNotFoundException)
        {
            throw new ModelException($"The default model could not be written to '{Folder}' ({failure.Message}); set SEMBLANCE_HOME to a folder that can be written and has 150 MB free.", failure);
        }
    }

    private static bool IsCurrentDefault(string folder)
    {
        try
        {
            return File.Exists(Path.Combine(folder, ModelManifest.FileName))
                && StoredModel.Load(folder) is var model
                && model.Manifest.Source?["revision"]?.GetValue<int>() == DefaultModel.Revision
                && File.Exists(model.NetworkPath);
        }
        catch (Exception failure) when (failure is ModelException or InvalidOperationException or FormatException)
        {
            return false;
        }
    }

    /// <summary>Fetches the network into a folder of its own, describes it, tries it, and shows it under its id.</summary>
    /// <param name="name">What the file was called where it came from.</param>
    private async Task<StoredModel> AddAsync(string id, Func<string, Task<ModelManifest?>> fetch, string name, string? preprocessor, Func<FeedingQuestion, FeedingAnswer>? chooseFeeding)
    {
        var adding = Path.Combine(Folder, AddingPrefix + Guid.NewGuid().ToString("N"));
        try
        {
            Directory.CreateDirectory(adding);
            var network = Path.Combine(adding, ModelFile.Name);
            var manifest = await fetch(network);
            var model = ModelFile.Parse(network);
            if (manifest is not null)
                ModelFile.Verify(network, manifest);
            var added = manifest?.Sha256 ?? ModelFile.Hash(network);
            var (sha256, remarks) = WithoutDenormals(network, model, added);
            List<string> guesses = [];
            if (manifest is null)
                (manifest, guesses) = ManifestGuess.Make(model, network, id, name, sha256, preprocessor, chooseFeeding);
            (manifest with { Id = id, Sha256 = sha256, AddedSha256 = sha256 == added ? manifest.AddedSha256 : added }).Save(adding);
            ModelFile.MarkVerified(network, sha256);
            var folder = Path.Combine(Folder, id);
            CheckFree(id);
            Directory.Move(adding, folder);
            return StoredModel.Load(folder) with { Guesses = guesses, Remarks = remarks };
        }
        catch (Exception failure) when (failure is UnauthorizedAccessException or IOException and not FileNotFoundException)
        {
            throw new ModelException($"The model '{id}' could not be written to '{Folder}': {failure.Message}", failure);
        }
        finally
        {
            if (Directory.Exists(adding))
                Directory.Delete(adding, recursive: true);
        }
    }

    // Rewrites the network where it has such weights; returns the hash of what lies there then.
    private static (string Sha256, List<string> Remarks) WithoutDenormals(string network, ModelProto model, string sha256)
    {
        var count = DenormalWeights.Zero(model);
        if (count == 0)
            return (sha256, []);
        ModelFile.Write(network, model.ToByteArray());
        return (ModelFile.Hash(network), [string.Create(CultureInfo.InvariantCulture, $"{count:N0} weights were denormal numbers, with which processors compute many times more slowly; they are zero in the copy that was stored.")]);
    }

    private static string NetworkIn(string folder)
    {
        var named = Path.Combine(folder, ModelFile.Name);
        if (File.Exists(named))
            return named;
        return Directory.GetFiles(folder, "*.onnx") is [var only] ? only : throw new ModelException($"'{folder}' is no model folder: it needs one .onnx file, best named {ModelFile.Name}.");
    }

    private string CheckFree(string id)
    {
        if (!IsId(id))
            throw new ModelException($"'{id}' cannot be a model's name; use letters, digits, '-', '_' and '.'.");
        if (IsTaken(id))
            throw new ModelException($"There is a model '{id}' already; remove it first or give the new one another name.") { Error = ModelError.NameTaken, Details = new Dictionary<string, string> { ["model"] = id } };
        return id;
    }

    private bool IsTaken(string id) => id == DefaultModel.Id || _options.ReservedIds.Contains(id) || IsRetired(id) || Directory.Exists(Path.Combine(Folder, id));

    // What galleries know the model by, and what it would be known by where it was added from.
    private static IEnumerable<string> IdentitiesOf(StoredModel model)
    {
        yield return model.Identity;
        if (model.Manifest.AddedSha256 is { } added)
            yield return ModelIdentity.OfNetwork(model.Manifest with { Sha256 = added });
    }

    private static string? ReadPreprocessor(string folder)
    {
        var path = Path.Combine(folder, PreprocessorFile);
        return File.Exists(path) ? File.ReadAllText(path) : null;
    }

    private static bool IsId(string text) => text.Length is > 0 and <= 100 && char.IsAsciiLetterOrDigit(text[0]) && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.');

    private static string IdFrom(string path)
    {
        var name = Path.GetFileName(path.TrimEnd('/', '\\'));
        if (name.EndsWith(".onnx", StringComparison.OrdinalIgnoreCase))
            name = name[..^5];
        var id = string.Concat(name.ToLowerInvariant().Select(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' ? c : '-')).Trim('-', '.', '_');
        return id.Length > 0 ? id : "model";
    }
}
