using Semblance.Index.Tests.Conformance;

namespace Semblance.Index.Tests;

public sealed class ExactCodeIndexTests : CodeIndexConformance
{
    protected override ICodeIndex Create(int bits) => new ExactCodeIndex(bits);

    protected override ICodeIndex Open(string path) => ExactCodeIndex.Open(path);
}
