using Semblance.Index.Rows;
using Semblance.Index.Structures;

namespace Semblance.Index.Graph;

/// <summary>Nodes for bit codes of <paramref name="words"/> words: the codes themselves.</summary>
internal sealed unsafe class CodeNodeEncoder(int words) : NodeEncoder<ulong>
{
    // A scan reads two words in a nanosecond.
    public override double MeasureCost => 0.5 * words;

    // Eight words are a line, as 128 dimensions are.
    public override double VisitScale => Math.Max(1, words / 8.0);

    // There is nothing to learn.
    public override int SampleRows => 1;

    public override bool IsNearItself => true;

    public static NodeCodec NewCodec(int words) => new(CodeForm.Bits, words * sizeof(ulong));

    public override NodeCodec Train(RowSnapshot<ulong> rows) => NewCodec(words);

    public override void LoadRow(RowSnapshot<ulong> rows, int position, SearchContext context) => Load(rows.RowAt(position), context);

    public override void LoadGuide(StructureSearch<ulong> search, SearchContext context) => Load(search.Prepared, context);

    public override void LoadQuery(StructureSearch<ulong> search, SearchContext context)
    {
        // It is its own guide.
    }

    private void Load(ReadOnlySpan<ulong> code, SearchContext context)
    {
        code.CopyTo(new Span<ulong>(context.Query, words));
        context.Compare();
    }
}
