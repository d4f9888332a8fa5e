using Semblance.Index;
using Semblance.Lab.Neighbours;

namespace Semblance.Lab;

/// <summary>Base and queries of one measurement, and the kinds that can hold them. Row i has the id i.</summary>
public abstract class AnnData
{
    private protected AnnData()
    {
    }

    public abstract int Rows { get; }

    public abstract int Queries { get; }

    /// <summary>For people: "128 x Float32".</summary>
    public abstract string Shape { get; }

    /// <summary>Names of kinds of vectors, as <see cref="AnnMeasurement"/> takes them.</summary>
    public static IReadOnlyList<string> KindsOfVectors { get; } = [.. KindList.OfVectors.Select(kind => kind.Name)];

    /// <summary>Names of kinds of bit codes.</summary>
    public static IReadOnlyList<string> KindsOfCodes { get; } = [.. KindList.OfCodes.Select(kind => kind.Name)];

    /// <summary>Names of the kinds that can hold these rows, in the order of the registry.</summary>
    public abstract IReadOnlyList<string> Kinds { get; }

    /// <summary>The exact distance between a query and a row, equal bits for equal rows.</summary>
    internal abstract float Distance(int query, long id);

    /// <summary>An empty index of a kind.</summary>
    internal abstract AnnSubject Create(string kind, int threads, int seed);

    /// <summary>The kind that finds the truth.</summary>
    internal abstract AnnSubject CreateExact();

    /// <summary>Reads both files.</summary>
    /// <param name="metric">Null for Hamming distance between codes.</param>
    /// <param name="queries">At most so many of the queries, the first ones.</param>
    /// <exception cref="MeasurementException">They cannot be read, or do not belong together.</exception>
    public static AnnData Load(string basePath, string queryPath, Metric? metric, int queries, CancellationToken cancellationToken)
    {
        using var rows = AnnFiles.Open(basePath);
        using var asked = AnnFiles.Open(queryPath);
        if (rows.Rows is < 1 or > int.MaxValue || asked.Rows < 1)
            throw new MeasurementException($"'{basePath}' has {rows.Rows:N0} rows and '{queryPath}' has {asked.Rows:N0}; both need at least one.");
        if (rows.Columns != asked.Columns)
            throw new MeasurementException($"'{basePath}' has rows of {rows.Columns} numbers and '{queryPath}' of {asked.Columns}; they do not belong together.");
        if (rows.Rows > Array.MaxLength / rows.Columns)
            throw new MeasurementException($"'{basePath}' holds {rows.Rows:N0} rows of {rows.Columns} numbers, more than can be measured in one piece. Cut it.");
        var count = (int)Math.Min(queries, asked.Rows);
        return metric is { } chosen
            ? new VectorAnnData(AnnFiles.Vectors(rows, (int)rows.Rows, cancellationToken), AnnFiles.Vectors(asked, count, cancellationToken), chosen, rows.Element)
            : new CodeAnnData(AnnFiles.Codes(rows, (int)rows.Rows, cancellationToken), AnnFiles.Codes(asked, count, cancellationToken), rows.Columns * 8);
    }
}
