using Semblance.Index;
using Semblance.Numerics;
using Semblance.VectorData.Schema;
using Semblance.VectorData.Storage;

namespace Semblance.VectorData.Records;

/// <summary>
/// The index over one vector column, and its upkeep. It holds the vectors of all rows that searches may return and perhaps of some
/// that they may not (just added and not yet visible, or replaced and not yet removed): which ones count, the rows say.
/// One thread changes it at a time; searches run beside.
/// </summary>
internal sealed class ColumnIndex : IDisposable
{
    /// <summary>Vectors that are read from the truth and added at a time.</summary>
    private const int Portion = 10_000;

    /// <summary>Below this many vectors an approximate kind may still be scanning, and what it measured would not hold for long.</summary>
    private const int TuneFrom = 2_000;

    /// <summary>Grown so many times since it measured itself, an index has outgrown its recall curve.</summary>
    private const int OutgrownFactor = 4;

    /// <summary>A file is written when so many changes, and a fifth of the vectors, are not in it: what it saves is worth the writing.</summary>
    private const int SaveAfter = 1_000;

    private readonly IRecordTruth _truth;
    private readonly VectorColumn _column;
    private readonly IndexFiles? _files;
    private readonly IndexBuildOptions _options;
    private long _unsaved;

    private ColumnIndex(IRecordTruth truth, VectorColumn column, IndexBuildOptions options)
    {
        _truth = truth;
        _column = column;
        _files = truth.IndexFolder is { } folder ? new IndexFiles(folder) : null;
        _options = options with { Storage = column.Index.Storage };
        Vectors = Empty(column.Index.KindFor(0, ""));
    }

    /// <summary>The index that searches take.</summary>
    public VectorIndex Vectors { get; private set; }

    /// <summary>From the file where there is a usable one, caught up with the rows; else built from the truth.</summary>
    public static ColumnIndex Open(IRecordTruth truth, CollectionEntry entry, VectorColumn column, IReadOnlySet<long> liveIds, IndexBuildOptions options)
    {
        var index = new ColumnIndex(truth, column, options);
        if (index._files?.Open(entry, column, index._options) is { } saved)
        {
            index.Vectors.Dispose();
            index.Vectors = saved;
            // Ids ascend and are never given again, so those that are missing among the rows were removed.
            for (var id = 1L; id <= saved.Generation; id++)
            {
                if (!liveIds.Contains(id))
                    saved.Remove(id);
            }
            if (saved.Count != truth.CountVectors(entry, column.Name, saved.Generation))
            {
                saved.Dispose();
                index.Vectors = index.Empty(column.Index.KindFor(0, ""));
            }
        }
        index._unsaved = index.Fill(index.Vectors, entry, index.Vectors.Generation);
        index.Maintain(entry)?.Dispose();
        return index;
    }

    public void Add(IReadOnlyList<(long Id, float[] Vector)> vectors)
    {
        if (vectors.Count == 0)
            return;
        Add(Vectors, vectors);
        _unsaved += vectors.Count;
    }

    public void Remove(IEnumerable<long> ids)
    {
        foreach (var id in ids)
        {
            if (Vectors.Remove(id))
                _unsaved++;
        }
    }

    /// <summary>
    /// Builds the kind that the size asks for, measures it, and writes the file, each where it is worth it. Searches go on meanwhile.
    /// Returns the index that was replaced, for the caller to dispose when nobody reads it any more.
    /// </summary>
    public VectorIndex? Maintain(CollectionEntry entry)
    {
        VectorIndex? replaced = null;
        Vectors.Generation = entry.LastId;
        var kind = _column.Index.KindFor(Vectors.Count, Vectors.Kind);
        if (kind != Vectors.Kind)
        {
            var fresh = Empty(kind);
            Fill(fresh, entry, 0);
            fresh.Generation = entry.LastId;
            replaced = Vectors;
            Vectors = fresh;
            _unsaved = long.MaxValue;
        }
        if (kind != ExactVectorIndex.KindName && Vectors.Count >= TuneFrom && (Vectors.RecallCurve is not { } curve || Vectors.Count >= curve.Rows * OutgrownFactor))
        {
            Vectors.Tune();
            _unsaved = long.MaxValue;
        }
        if (_unsaved >= SaveAfter && _unsaved >= Vectors.Count / 5)
            Save(entry);
        return replaced;
    }

    /// <summary>Writes the file if it would save the next opening any work.</summary>
    public void Save(CollectionEntry entry)
    {
        if (_unsaved == 0 || _files is null)
            return;
        _files.Save(Vectors, entry, _column);
        _unsaved = 0;
    }

    public void Dispose() => Vectors.Dispose();

    private VectorIndex Empty(string kind) => VectorIndexes.Create(kind, _column.Dimension, _column.Score.Metric, _options);

    private long Fill(VectorIndex index, CollectionEntry entry, long afterId)
    {
        var added = 0L;
        foreach (var portion in _truth.Vectors(entry, _column.Name, afterId).Chunk(Portion))
        {
            Add(index, portion);
            added += portion.Length;
        }
        return added;
    }

    private static void Add(VectorIndex index, IReadOnlyList<(long Id, float[] Vector)> vectors) =>
        index.Add([.. vectors.Select(row => row.Id)], Matrix.FromRows([.. vectors.Select(row => row.Vector)]));
}
