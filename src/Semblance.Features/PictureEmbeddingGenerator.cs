using Microsoft.Extensions.AI;
using Semblance.Imaging;

namespace Semblance.Features;

/// <summary>
/// An embedder behind the interface that .NET's AI libraries share: encoded pictures in, embeddings out. Thread-safe.
/// Inputs are decoded and embedded in groups, so that memory does not grow with their number.
/// </summary>
public sealed class PictureEmbeddingGenerator : IEmbeddingGenerator<DataContent, Embedding<float>>
{
    private const int GroupSize = 32;

    private readonly IEmbedder _embedder;
    private readonly DecodeOptions _decoding;
    private readonly bool _leaveOpen;
    private readonly EmbeddingGeneratorMetadata _metadata;

    /// <param name="leaveOpen">True leaves <paramref name="embedder"/> to the caller; false disposes it with the generator.</param>
    public PictureEmbeddingGenerator(IEmbedder embedder, bool leaveOpen = false)
    {
        _embedder = embedder;
        _decoding = new DecodeOptions { MinimumSide = embedder.Description.Needs.MinimumSide };
        _leaveOpen = leaveOpen;
        _metadata = new EmbeddingGeneratorMetadata("semblance", providerUri: null, embedder.Description.Id, embedder.Description.Dimension);
    }

    /// <param name="options">A model id or a dimension other than the embedder's own is refused; the rest has no meaning here.</param>
    /// <exception cref="InvalidDataException">An input is no picture that can be decoded; the message says which and why.</exception>
    public Task<GeneratedEmbeddings<Embedding<float>>> GenerateAsync(IEnumerable<DataContent> values, EmbeddingGenerationOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(values);
        var identity = _embedder.Description;
        if (options?.Dimensions is { } dimensions && dimensions != identity.Dimension)
            throw new ArgumentException($"'{identity.Id}' gives vectors of {identity.Dimension} numbers, not {dimensions}.", nameof(options));
        if (options?.ModelId is { } model && model != identity.Id)
            throw new ArgumentException($"This generator runs '{identity.Id}', not '{model}'.", nameof(options));
        return Task.Run(() => Generate(values, cancellationToken), cancellationToken);
    }

    public object? GetService(Type serviceType, object? serviceKey = null)
    {
        ArgumentNullException.ThrowIfNull(serviceType);
        return serviceKey is not null ? null
            : serviceType == typeof(EmbeddingGeneratorMetadata) ? _metadata
            : serviceType.IsInstanceOfType(this) ? this
            : serviceType.IsInstanceOfType(_embedder) ? _embedder
            : null;
    }

    public void Dispose()
    {
        if (!_leaveOpen)
            _embedder.Dispose();
    }

    private GeneratedEmbeddings<Embedding<float>> Generate(IEnumerable<DataContent> values, CancellationToken cancellationToken)
    {
        var result = new GeneratedEmbeddings<Embedding<float>>();
        foreach (var group in values.Chunk(GroupSize))
        {
            cancellationToken.ThrowIfCancellationRequested();
            var first = result.Count;
            var decoded = group.AsParallel().AsOrdered().WithCancellation(cancellationToken).Select(content => PictureDecoder.Shared.Decode(content.Data, _decoding)).ToList();
            for (var i = 0; i < decoded.Count; i++)
            {
                if (decoded[i].Failure is { } failure)
                    throw new InvalidDataException($"Input {first + i} ({group[i].Name ?? group[i].MediaType}, {group[i].Data.Length} bytes) could not be embedded. {failure.Message}");
            }
            var vectors = _embedder.Embed([.. decoded.Select(d => d.Picture!)]);
            var now = DateTimeOffset.UtcNow;
            for (var i = 0; i < vectors.Rows; i++)
                result.Add(new Embedding<float>(vectors.Memory.Slice(i * vectors.Columns, vectors.Columns)) { ModelId = _embedder.Description.Id, CreatedAt = now });
        }
        return result;
    }
}
