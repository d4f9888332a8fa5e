using Semblance.Index.Files;

namespace Semblance.Index.Engine;

/// <summary>Bit codes of <paramref name="words"/> words, which are their own queries.</summary>
internal sealed class CodeRows(int words) : RowForm<ulong>
{
    public override int Width => words;

    public override int QueryWidth => words;

    public override int Dimension => words * 64;

    public override Metric? Metric => null;

    public override string Section => "codes";

    public override bool PacksIds => true;

    public override bool TiesAreHits => true;

    public override IEnumerable<IndexFileSection> Sections => [];

    public override RowQuery<ulong> QueryOf(ReadOnlySpan<ulong> row) => new([], row.ToArray());

    // Any bits are a code.
    public override string? Problem(ReadOnlySpan<ulong> row) => null;
}
