#!/usr/bin/env bash
# An embedding generator that stands in a VectorStoreCollectionDefinition counts for typed records and not for dynamic ones:
# CollectionModelBuilder.Build takes it, BuildDynamic says that no generator is configured. A provider has to hand it over itself.
# Seen: Microsoft.Extensions.VectorData.Abstractions 10.11.0, .NET 10: "typed: System.String -> Embedding`1; dynamic: InvalidOperationException"
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
cat > finding.csproj <<'PROJECT'
<Project Sdk="Microsoft.NET.Sdk">
  <PropertyGroup>
    <OutputType>Exe</OutputType>
    <TargetFramework>net10.0</TargetFramework>
    <ImplicitUsings>enable</ImplicitUsings>
    <NoWarn>MEVD9000;MEVD9001</NoWarn>
  </PropertyGroup>
  <ItemGroup>
    <PackageReference Include="Microsoft.Extensions.VectorData.Abstractions" Version="10.11.0" />
  </ItemGroup>
</Project>
PROJECT
cat > Program.cs <<'PROGRAM'
using Microsoft.Extensions.AI;
using Microsoft.Extensions.VectorData;
using Microsoft.Extensions.VectorData.ProviderServices;

VectorStoreCollectionDefinition Definition() => new()
{
    EmbeddingGenerator = new Lengths(),
    Properties = [new VectorStoreKeyProperty("Id", typeof(string)), new VectorStoreVectorProperty<string>("Text", 1)],
};
Console.WriteLine($"typed: {Try(() => new Builder().Build(typeof(Note), typeof(string), Definition(), null))}; dynamic: {Try(() => new Builder().BuildDynamic(Definition(), null))}");

string Try(Func<CollectionModel> build)
{
    try
    {
        var property = build().VectorProperty;
        return $"{property.Type} -> {property.EmbeddingType.Name}";
    }
    catch (Exception e)
    {
        return e.GetType().Name;
    }
}

class Note
{
    public string Id { get; set; } = "";
    public string Text { get; set; } = "";
}

class Builder() : CollectionModelBuilder(new CollectionModelBuildingOptions { RequiresAtLeastOneVector = true, SupportsMultipleVectors = false })
{
    protected override bool IsDataPropertyTypeValid(Type type, out string supportedTypes) => (supportedTypes = "string") != "" && type == typeof(string);

    protected override bool IsVectorPropertyTypeValid(Type type, out string supportedTypes) => (supportedTypes = "memory") != "" && type == typeof(ReadOnlyMemory<float>) || type == typeof(Embedding<float>);
}

class Lengths : IEmbeddingGenerator<string, Embedding<float>>
{
    public Task<GeneratedEmbeddings<Embedding<float>>> GenerateAsync(IEnumerable<string> values, EmbeddingGenerationOptions options = null, CancellationToken cancellationToken = default) =>
        Task.FromResult(new GeneratedEmbeddings<Embedding<float>>(values.Select(value => new Embedding<float>(new float[] { value.Length }))));

    public object GetService(Type serviceType, object serviceKey = null) => null;

    public void Dispose()
    {
    }
}
PROGRAM
seen=$(dotnet run -c Release)
echo "$seen"
[ "$seen" = 'typed: System.String -> Embedding`1; dynamic: InvalidOperationException' ]
