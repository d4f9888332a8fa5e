using Semblance.Features.Taps;
using Semblance.Imaging;
using Semblance.Networks;
using Semblance.Numerics;

namespace Semblance.Features;

/// <summary>
/// Several embedders as one: their L2-normalised vectors concatenated and L2-normalised again, so that each counts equally
/// in a cosine. Owns its parts.
/// </summary>
public sealed class EnsembleEmbedder : IEmbedder
{
    private readonly IReadOnlyList<IEmbedder> _parts;
    private readonly int _threads;

    /// <param name="threads">Pairs of picture and part that one <see cref="Embed"/> call works on at once.</param>
    public EnsembleEmbedder(string id, IReadOnlyList<IEmbedder> parts, int threads = 1)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(threads);
        if (parts.Count == 0)
            throw new ArgumentException("An ensemble needs at least one part.", nameof(parts));
        _parts = parts;
        _threads = threads;
        Identity = new EmbedderIdentity(id, ModelIdentity.OfEnsemble(parts.Select(part => part.Identity.Sha256)), parts.Sum(part => part.Identity.Dimension));
    }

    public EmbedderIdentity Identity { get; }

    public int MinimumSide => _parts.Max(part => part.MinimumSide);

    public bool BenefitsFromWhitening => _parts.Any(part => part.BenefitsFromWhitening);

    /// <summary>Opens an ensemble's model folder, its parts side by side: loading a network is mostly one thread's work.</summary>
    /// <exception cref="ModelException">The folder is no ensemble, or a part is missing or faulty.</exception>
    /// <exception cref="OnnxException">ONNX Runtime cannot run a part.</exception>
    public static EnsembleEmbedder Open(StoredModel model, int threads = 1)
    {
        if (!model.Manifest.IsEnsemble)
            throw new ModelException($"'{model.Id}' is one network, not an ensemble.");
        var opening = model.LoadParts().Select(part => Task.Run(() => new NetworkEmbedder(part))).ToArray();
        try
        {
            Task.WaitAll(opening);
        }
        catch (AggregateException failure)
        {
            foreach (var opened in opening.Where(task => task.IsCompletedSuccessfully))
                opened.Result.Dispose();
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(failure.InnerExceptions[0]);
        }
        var ensemble = new EnsembleEmbedder(model.Id, [.. opening.Select(task => task.Result)], threads);
        if (ensemble.Identity.Dimension == model.Manifest.Dimension)
            return ensemble;
        ensemble.Dispose();
        throw new ModelException($"The manifest of '{model.Id}' promises vectors of {model.Manifest.Dimension} numbers and its parts give {ensemble.Identity.Dimension}.");
    }

    public Matrix Embed(IReadOnlyList<Picture> pictures)
    {
        var result = new Matrix(pictures.Count, Identity.Dimension);
        var starts = new int[_parts.Count];
        for (var i = 1; i < starts.Length; i++)
            starts[i] = starts[i - 1] + _parts[i - 1].Identity.Dimension;

        // Picture by picture and part by part, so that a single picture, too, uses a thread for each part.
        void Work(int item)
        {
            var (picture, part) = (item / _parts.Count, item % _parts.Count);
            var vector = _parts[part].Embed([pictures[picture]]).Row(0);
            TapPooling.Normalise(vector);
            vector.CopyTo(result.Row(picture)[starts[part]..]);
        }

        if (_threads == 1)
        {
            for (var item = 0; item < pictures.Count * _parts.Count; item++)
                Work(item);
        }
        else
        {
            Parallel.For(0, pictures.Count * _parts.Count, new ParallelOptions { MaxDegreeOfParallelism = _threads }, Work);
        }
        for (var i = 0; i < pictures.Count; i++)
            TapPooling.Normalise(result.Row(i));
        return result;
    }

    public void Dispose()
    {
        foreach (var part in _parts)
            part.Dispose();
    }
}
