using Semblance.Imaging;

namespace Semblance;

/// <summary>
/// What to look for: a weighted list of inputs, a filter, and limits. Immutable; combine with <c>with</c> or the methods here.
/// </summary>
public sealed record Query
{
    public IReadOnlyList<QueryInput> Inputs { get; init; } = [];

    /// <summary>Filter over the gallery's pictures in the grammar of <see cref="Filter"/>; null passes all.</summary>
    public string? Where { get; init; }

    /// <summary>Only these pictures, by their ids, can be hits, those that <see cref="Where"/> passes of them; null leaves all. For filters that a program has of its own.</summary>
    public IReadOnlySet<long>? Among { get; init; }

    /// <summary>Hits below this score are left out; an empty answer is an answer.</summary>
    public float? MinScore { get; init; }

    /// <summary>In place of <see cref="Gallery.TargetRecall"/> for this search: above 0, at most 1, which scans all pictures.</summary>
    public float? TargetRecall { get; init; }

    /// <summary>
    /// The spaces to search, by name and weight; empty takes the gallery's active one. Of several, each finds candidates, whose scores are
    /// brought to one scale by what they mean in their space, and the weighted mean ranks them.
    /// </summary>
    public IReadOnlyList<QuerySpace> Spaces { get; init; } = [];

    /// <summary>The space, by name, whose vectors rank what <see cref="Spaces"/> have found: a search by short codes first, and exact vectors then. Null leaves the order.</summary>
    public string? RerankBy { get; init; }

    /// <summary>Leaves out answers that are copies of better answers.</summary>
    public bool Distinct { get; init; }

    /// <summary>A query by the file or URL at <paramref name="picture"/>.</summary>
    public static Query From(string picture, PictureBox? box = null) => new() { Inputs = [new PictureInput(picture, box)] };

    public static Query FromId(long id) => new() { Inputs = [new ItemInput(id)] };

    public static Query FromBytes(ReadOnlyMemory<byte> picture, PictureBox? box = null) => new() { Inputs = [new BytesInput(picture, box)] };

    /// <summary>Also like <paramref name="input"/>.</summary>
    public Query And(QueryInput input) => this with { Inputs = [.. Inputs, input] };

    /// <summary>But unlike <paramref name="input"/>.</summary>
    public Query Not(QueryInput input) => this with { Inputs = [.. Inputs, input with { Weight = -input.Weight }] };
}

/// <summary>A space to search, and how much it counts beside others.</summary>
public sealed record QuerySpace(string Name, float Weight = 1);

/// <summary>One input of a query; a negative weight means "unlike this".</summary>
public abstract record QueryInput
{
    public float Weight { get; init; } = 1;
}

/// <summary>A picture file, or an http(s) URL to one.</summary>
public sealed record PictureInput(string Location, PictureBox? Box = null) : QueryInput;

/// <summary>The bytes of a picture file.</summary>
public sealed record BytesInput(ReadOnlyMemory<byte> Bytes, PictureBox? Box = null) : QueryInput;

/// <summary>A picture of the gallery by its id; it is left out of the answer.</summary>
public sealed record ItemInput(long Id) : QueryInput;

/// <summary>A raw vector of the active space's embedder.</summary>
public sealed record VectorInput(ReadOnlyMemory<float> Vector) : QueryInput;

/// <summary>Words, for spaces whose model has a text encoder.</summary>
public sealed record TextInput(string Words) : QueryInput;
