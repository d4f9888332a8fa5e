using System.Security.Cryptography;
using Semblance.Imaging;
using Semblance.Spaces;
using Semblance.Storage;

namespace Semblance.Searching;

/// <summary>
/// The inputs of a query on their way into spaces: files and addresses are read once, and a picture is embedded once by each model, however
/// many spaces and attempts ask. One that the gallery has embedded already, known by its bytes, costs no network.
/// </summary>
internal sealed class QueryInputs(Query query, IGalleryStore store, EmbedderPool embedders, int threads)
{
    private readonly Dictionary<QueryInput, ReadOnlyMemory<byte>> _bytes = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<(QueryInput Input, string Model), float[]> _vectors = [];
    private QueryPicture? _picture;

    /// <summary>Whether the query is one picture, whose copies are asked for, too.</summary>
    public bool IsOnePicture => query.Inputs is [{ Weight: > 0 } and (ItemInput or PictureInput or BytesInput)];

    /// <summary>Whether making its vectors takes longer than a search: files, addresses or bytes of pictures.</summary>
    public bool MustRead => query.Inputs.Any(input => input is PictureInput or BytesInput);

    /// <summary>Pictures of the gallery that the query names, which are no answers.</summary>
    public IReadOnlySet<long> Examples { get; } = query.Inputs.OfType<ItemInput>().Select(input => input.Id).ToHashSet();

    /// <summary>The one picture that the query is, where it is one of the gallery.</summary>
    public long? OnlyItem => IsOnePicture && query.Inputs[0] is ItemInput item ? item.Id : null;

    /// <summary>Of the one picture that the query is, where it is none of the gallery by its id.</summary>
    public PictureHashes? Hashes => _picture?.Hashes;

    /// <summary>The one picture that the query is.</summary>
    /// <param name="markOf">Of <see cref="OnlyItem"/>, if it is there.</param>
    public QueryPicture? Picture(Func<long, ItemMark?> markOf, Func<IReadOnlyCollection<long>, IReadOnlyDictionary<long, GalleryItem>> items) =>
        OnlyItem is not { } id ? (IsOnePicture ? _picture : null)
        : markOf(id) is { } mark ? new QueryPicture(new PictureHashes(mark.PHash, mark.DHash), new(() => items([id]).GetValueOrDefault(id) is { } item ? PixelGrid.OfFile(item.Path) : null))
        : null;

    /// <summary>The inputs in a space.</summary>
    /// <param name="source">The space itself, or its base: the one whose raw vectors an embedder makes.</param>
    public async Task<IReadOnlyList<SpaceInput>> InAsync(Space source, CancellationToken cancellationToken)
    {
        if (query.Inputs.Count == 0)
            throw new GalleryException(GalleryError.BadQuery, "The query is empty; give at least one picture.", null);
        var inputs = new List<SpaceInput>(query.Inputs.Count);
        foreach (var input in query.Inputs)
        {
            if (!float.IsFinite(input.Weight) || input.Weight == 0)
                throw new GalleryException(GalleryError.BadQuery, $"The weight {input.Weight} is no use; give a number other than 0.", null);
            inputs.Add(input switch
            {
                ItemInput item => SpaceInput.OfItem(input.Weight, item.Id),
                VectorInput vector => SpaceInput.OfVector(input.Weight, vector.Vector.ToArray()),
                PictureInput picture => SpaceInput.OfVector(input.Weight, await EmbedAsync(input, picture.Box, picture.Location, source, cancellationToken)),
                BytesInput bytes => SpaceInput.OfVector(input.Weight, await EmbedAsync(input, bytes.Box, "the picture", source, cancellationToken)),
                TextInput => throw new GalleryException(GalleryError.NoWords, $"The gallery's model '{source.Model}' knows pictures only, so it cannot search by words; a filter finds by name, tag or folder.", null, ("model", source.Model)),
                _ => throw new GalleryException(GalleryError.BadQuery, $"A query cannot hold {input.GetType().Name}.", null),
            });
        }
        return inputs;
    }

    private async Task<float[]> EmbedAsync(QueryInput input, PictureBox? box, string name, Space source, CancellationToken cancellationToken)
    {
        if (_vectors.TryGetValue((input, source.Sha256), out var made))
            return made;
        var bytes = await BytesOfAsync(input, cancellationToken);
        if (box is null && store.ItemByHash(Convert.ToHexStringLower(SHA256.HashData(bytes.Span)), source.Id) is { } known && store.Vectors(source.Id, known.Id) is [var stored, ..])
        {
            _picture ??= QueryPicture.Of(known);
            return _vectors[(input, source.Sha256)] = VectorForm.Decode(source.Kind, stored, source.Dimension);
        }
        var network = embedders.ForFew(source, threads);
        var decoded = PictureDecoder.Shared.Decode(bytes, new DecodeOptions { MinimumSide = network.Description.Needs.MinimumSide, Box = box });
        if (decoded.Picture is not { } picture)
            throw new GalleryException(GalleryError.BadPicture, $"'{name}': {decoded.Failure!.Message}", null, ("file", name));
        _picture ??= new QueryPicture(PictureHashes.Of(picture), new(() => PixelGrid.Of(picture)));
        return _vectors[(input, source.Sha256)] = network.Embed([picture]).Row(0).ToArray();
    }

    private async Task<ReadOnlyMemory<byte>> BytesOfAsync(QueryInput input, CancellationToken cancellationToken)
    {
        if (_bytes.TryGetValue(input, out var read))
            return read;
        return _bytes[input] = input switch
        {
            BytesInput bytes => bytes.Bytes,
            PictureInput picture when UrlPictures.IsUrl(picture.Location) => await UrlPictures.DownloadAsync(picture.Location, cancellationToken),
            PictureInput picture => ReadFile(picture.Location),
            _ => throw new ArgumentOutOfRangeException(nameof(input), input, "Not a picture."),
        };
    }

    private static ReadOnlyMemory<byte> ReadFile(string location)
    {
        if (!File.Exists(location) && !Directory.Exists(location))
            throw new GalleryException(GalleryError.NoFile, $"There is no file '{location}' to search by.", null, ("file", location));
        var (bytes, failure) = PictureFiles.Read(location);
        return bytes ?? throw new GalleryException(GalleryError.BadPicture, $"'{location}': {failure!.Message}", null, ("file", location));
    }
}
