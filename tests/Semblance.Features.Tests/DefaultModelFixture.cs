using Semblance.Features.Tests;
using Semblance.Networks;
using Semblance.Testing;
using Xunit;

[assembly: AssemblyFixture(typeof(DefaultModelFixture))]

namespace Semblance.Features.Tests;

/// <summary>The default model, made once for all tests in a store of their own.</summary>
public sealed class DefaultModelFixture : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public DefaultModelFixture()
    {
        Store = new ModelStore(_folder["models"]);
        Embedder = Embedders.Open(Embedders.DefaultId, Store, threads: 2);
    }

    public ModelStore Store { get; }

    public IEmbedder Embedder { get; }

    public void Dispose()
    {
        Embedder.Dispose();
        _folder.Dispose();
    }
}
