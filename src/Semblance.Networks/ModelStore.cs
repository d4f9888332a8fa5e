using Semblance.Networks.Store;

namespace Semblance.Networks;

/// <summary>
/// A folder of model folders, named by model id. Models appear whole or not at all: each is made beside and renamed, so
/// several processes may use and fill one store.
/// </summary>
public sealed class ModelStore
{
    private const string BuildingPrefix = ".building-";

    public ModelStore(string folder)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        Folder = Path.GetFullPath(folder);
    }

    /// <summary><c>$SEMBLANCE_HOME/models</c>, or <c>semblance/models</c> in the user's local application data.</summary>
    public static ModelStore Default => new(Path.Combine(
        Environment.GetEnvironmentVariable("SEMBLANCE_HOME") is { Length: > 0 } home ? home : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify), "semblance"),
        "models"));

    public string Folder { get; }

    /// <summary>
    /// Folder of the default model <c>mobilenet-nanodet</c>. The first call makes its ONNX files from the weights that came
    /// with the build (about a second); later calls, also of other processes meanwhile, find them.
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
            foreach (var abandoned in Directory.EnumerateDirectories(Folder, BuildingPrefix + "*"))
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
            throw new ModelException($"The default model could not be written to '{Folder}' ({failure.Message}); set SEMBLANCE_HOME to a folder that can be written and has 70 MB free.", failure);
        }
    }

    private static bool IsCurrentDefault(string folder)
    {
        try
        {
            return File.Exists(Path.Combine(folder, ModelManifest.FileName))
                && ModelManifest.Load(folder).Source?["revision"]?.GetValue<int>() == DefaultModel.Revision;
        }
        catch (Exception failure) when (failure is ModelException or InvalidOperationException or FormatException)
        {
            return false;
        }
    }
}
