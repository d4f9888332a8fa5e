using Microsoft.Extensions.VectorData;

namespace Semblance.VectorData.Tests;

public sealed class InMemoryStoreTests : VectorStoreConformance
{
    protected override VectorStore OpenStore() => SemblanceVectorStore.InMemory();
}
