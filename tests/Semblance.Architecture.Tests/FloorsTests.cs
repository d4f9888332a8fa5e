using System.Reflection;
using System.Xml.Linq;
using Xunit;

namespace Semblance.Architecture.Tests;

/// <summary>A project uses only floors below its own (docs/architecture.md); nothing looks up or sideways.</summary>
public sealed class FloorsTests
{
    private static readonly Dictionary<string, double> s_floors = new(StringComparer.Ordinal)
    {
        ["Semblance.Decoder"] = 0,
        ["Semblance.Natives"] = 0,
        ["Semblance.Numerics"] = 0,
        ["Semblance.Imaging"] = 1,
        ["Semblance.Networks"] = 1,
        ["Semblance.Index"] = 1,
        ["Semblance.Features"] = 2,
        ["Semblance.Evaluation"] = 2,
        ["Semblance.Learning"] = 3,
        ["Semblance"] = 4,
        ["Semblance.Lab"] = 4,
        ["Semblance.Reports"] = 4.5,
        ["Semblance.VectorData"] = 5,
        ["Semblance.Server"] = 5,
        ["Semblance.Client"] = 5,
        ["Semblance.Cli"] = 6,
    };

    /// <summary>Third-party packages and the projects that may refer to them; one that is not here is a design change.</summary>
    private static readonly Dictionary<string, string[]> s_packages = new(StringComparer.Ordinal)
    {
        ["Google.Protobuf"] = ["Semblance.Networks"],
        ["Magick.NET-Q8-x64"] = ["Semblance.Decoder"],
        ["Microsoft.Data.Sqlite"] = ["Semblance", "Semblance.VectorData"],
        ["Microsoft.Extensions.AI.Abstractions"] = ["Semblance.Features"],
        ["Microsoft.Extensions.Logging.Abstractions"] = ["Semblance", "Semblance.Cli"],
        ["Microsoft.Extensions.VectorData.Abstractions"] = ["Semblance.VectorData"],
        ["Microsoft.ML.OnnxRuntime"] = ["Semblance.Networks"],
        ["NetVips.Native.linux-arm64"] = ["Semblance.Imaging"],
        ["NetVips.Native.linux-x64"] = ["Semblance.Imaging"],
        ["NetVips.Native.osx-arm64"] = ["Semblance.Imaging"],
        ["NetVips.Native.win-x64"] = ["Semblance.Imaging"],
        ["Spectre.Console"] = ["Semblance.Cli"],
        ["System.CommandLine"] = ["Semblance.Cli"],
        ["System.IO.Hashing"] = ["Semblance.Index"],
        ["System.Numerics.Tensors"] = ["Semblance.Imaging", "Semblance.Numerics"],
    };

    public static TheoryData<string> Projects() => [.. Directory.GetDirectories(Path.Combine(Repository.Root, "src")).Select(path => Path.GetFileName(path)!).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Projects))]
    public void A_project_refers_only_to_lower_floors(string project)
    {
        Assert.True(s_floors.ContainsKey(project), $"{project} has no floor; give it one here and in docs/architecture.md");
        foreach (var reference in References(project, "ProjectReference").Select(path => Path.GetFileNameWithoutExtension(path)))
            Assert.True(s_floors[reference] < s_floors[project], $"{project} (floor {s_floors[project]}) refers to {reference} (floor {s_floors[reference]})");
    }

    [Theory]
    [MemberData(nameof(Projects))]
    public void A_package_is_listed_and_stays_in_its_projects(string project)
    {
        foreach (var package in References(project, "PackageReference"))
        {
            Assert.True(s_packages.TryGetValue(package, out var homes), $"{project} refers to {package}, which no list here has; who may use it is a decision.");
            Assert.True(homes.Contains(project), $"{project} refers to {package}, which belongs to {string.Join(", ", homes)}.");
        }
    }

    [Fact]
    public void Public_types_live_at_the_root_namespace_of_their_project()
    {
        var outside = Assemblies()
            .SelectMany(assembly => assembly.GetExportedTypes().Select(type => (Assembly: assembly.GetName().Name!, Type: type)))
            .Where(row => !row.Type.IsNested && row.Type.Namespace != row.Assembly)
            .Select(row => row.Type.FullName)
            .ToList();
        Assert.Empty(outside);
    }

    [Fact]
    public void Nothing_in_the_sources_is_named_util()
    {
        var names = Directory.EnumerateFiles(Path.Combine(Repository.Root, "src"), "*.cs", SearchOption.AllDirectories)
            .Where(path => Path.GetFileName(path).Contains("util", StringComparison.OrdinalIgnoreCase) || Path.GetFileName(path).Contains("helper", StringComparison.OrdinalIgnoreCase));
        Assert.Empty(names);
    }

    private static IEnumerable<string> References(string project, string kind) =>
        XDocument.Load(Path.Combine(Repository.Root, "src", project, project + ".csproj")).Descendants(kind).Select(e => (string)e.Attribute("Include")!);

    /// <summary>Libraries; programs have no surface.</summary>
    private static IEnumerable<Assembly> Assemblies() =>
        Projects().Select(row => row.Data).Where(name => name is not "Semblance.Cli" and not "Semblance.Decoder").Select(name => Assembly.Load(new AssemblyName(name)));
}
