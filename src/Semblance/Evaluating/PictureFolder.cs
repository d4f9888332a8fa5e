using System.Collections.Concurrent;
using Semblance.Features;
using Semblance.Imaging;
using Semblance.Numerics;

namespace Semblance.Evaluating;

/// <param name="Vectors">Raw vectors <c>[Rows.Count, d]</c> of the pictures that could be read.</param>
/// <param name="Rows">Position of each row's picture in the list that was given, rising.</param>
/// <param name="Failures">A sentence for each picture that could not be read.</param>
internal sealed record EmbeddedPictures(Matrix Vectors, IReadOnlyList<int> Rows, IReadOnlyList<string> Failures);

/// <summary>Pictures that are measured and not kept.</summary>
internal static class PictureFolder
{
    private const int Batch = 8;

    /// <summary>All files below that look like pictures, sorted by path.</summary>
    public static IReadOnlyList<string> List(string folder)
    {
        if (!Directory.Exists(folder))
            throw new GalleryException($"There is no folder {folder}.");
        var options = new EnumerationOptions { RecurseSubdirectories = true, IgnoreInaccessible = true, AttributesToSkip = FileAttributes.Hidden | FileAttributes.System };
        return [.. Directory.EnumerateFiles(Path.GetFullPath(folder), "*", options).Where(PictureFiles.LooksLikePicture).Order(StringComparer.Ordinal)];
    }

    public static EmbeddedPictures Embed(IReadOnlyList<string> paths, IEmbedder embedder, int threads, CancellationToken cancellationToken)
    {
        var vectors = new float[paths.Count][];
        var failures = new ConcurrentDictionary<int, string>();
        var decoding = new DecodeOptions { MinimumSide = embedder.Description.Needs.MinimumSide };
        var batches = (paths.Count + Batch - 1) / Batch;
        var parallel = new ParallelOptions { CancellationToken = cancellationToken, MaxDegreeOfParallelism = threads };
        Parallel.For(0, batches, parallel, batch =>
        {
            var pictures = new List<Picture>(Batch);
            var positions = new List<int>(Batch);
            for (var i = batch * Batch; i < Math.Min(paths.Count, (batch + 1) * Batch); i++)
            {
                var decoded = PictureDecoder.Shared.DecodeFile(paths[i], decoding);
                if (decoded.Picture is { } picture)
                {
                    pictures.Add(picture);
                    positions.Add(i);
                }
                else
                {
                    failures[i] = $"{paths[i]}: {decoded.Failure!.Message}";
                }
            }
            if (pictures.Count == 0)
                return;
            var embedded = embedder.Embed(pictures);
            for (var i = 0; i < positions.Count; i++)
                vectors[positions[i]] = embedded.Row(i).ToArray();
        });
        int[] rows = [.. Enumerable.Range(0, paths.Count).Where(position => vectors[position] is not null)];
        var matrix = new Matrix(rows.Length, embedder.Description.Dimension);
        for (var i = 0; i < rows.Length; i++)
            vectors[rows[i]].CopyTo(matrix.Row(i));
        return new EmbeddedPictures(matrix, rows, [.. failures.OrderBy(failure => failure.Key).Select(failure => failure.Value)]);
    }
}
