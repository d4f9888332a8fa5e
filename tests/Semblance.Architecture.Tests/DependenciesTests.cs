using System.Reflection;
using System.Text.RegularExpressions;
using ArchUnitNET.Domain.Dependencies;
using ArchUnitNET.Loader;
using Semblance.Features;
using Semblance.Index;
using Xunit;
using Assembly = System.Reflection.Assembly;

namespace Semblance.Architecture.Tests;

/// <summary>
/// Who may use what, read from the compiled code. Where today's code does more than it should, the exception is named here with what is to
/// be cut; an exception that is no longer needed fails, too, so that none outlives its reason.
/// </summary>
public sealed partial class DependenciesTests
{
    private static readonly Lazy<ArchUnitNET.Domain.Architecture> s_house = new(() => new ArchLoader().LoadAssemblies([.. Assemblies()]).Build());

    [Fact]
    public void Databases_are_known_under_storage_alone()
    {
        var users = UsersOf(target => target.StartsWith("Microsoft.Data.Sqlite.", StringComparison.Ordinal) || target.StartsWith("SQLitePCL.", StringComparison.Ordinal));
        // The truths themselves are seen, so that a reader of code that finds nothing does not pass.
        Assert.Contains("Semblance.Storage.Sqlite.SqliteGalleryStore", users);
        Assert.Contains("Semblance.VectorData.Storage.SqliteTruth", users);
        Assert.All(users, user => Assert.Matches(@"^Semblance\.(VectorData\.)?Storage\.", user));
    }

    [Fact]
    public void The_network_is_reached_through_a_seam()
    {
        SameSet(["Semblance.Networks.Store.ModelDownloader", "Semblance.Searching.UrlPictures"], UsersOf(target => target == "System.Net.Http.HttpClient"));
    }

    [Fact]
    public void Kinds_of_indexes_are_made_by_their_catalogues()
    {
        var kinds = ConcreteTypes(typeof(IVectorIndex)).Concat(ConcreteTypes(typeof(ICodeIndex))).ToHashSet(StringComparer.Ordinal);
        Assert.Contains("Semblance.Index.HnswIndex", kinds);
        // Opening makes a kind of a file; that is the kind's own.
        var makers = MakersOf(kinds).Where(call => call.Maker != call.Made).Select(call => call.Maker).ToHashSet(StringComparer.Ordinal);
        SameSet(["Semblance.Index.VectorIndexes", "Semblance.Index.CodeIndexes"], makers);
    }

    [Fact]
    public void Embedders_are_made_by_their_catalogue()
    {
        var kinds = ConcreteTypes(typeof(IEmbedder)).ToHashSet(StringComparer.Ordinal);
        var makers = MakersOf(kinds).Where(call => call.Maker != call.Made).Select(call => call.Maker).ToHashSet(StringComparer.Ordinal);
        SameSet(["Semblance.Features.Embedders", "Semblance.Features.Runtimes.RuntimeChoice"], makers);
    }

    [Fact]
    public void Floor_1_names_no_embedder_of_floor_2()
    {
        string[] names = ["hsv", "pixels"];
        var naming = new[] { "Semblance.Imaging", "Semblance.Networks", "Semblance.Index", "Semblance.Numerics" }
            .SelectMany(project => Directory.EnumerateFiles(Path.Combine(Repository.Root, "src", project), "*.cs", SearchOption.AllDirectories))
            .Where(file => File.ReadLines(file).Any(line => !Comment().IsMatch(line) && names.Any(name => line.Contains($"\"{name}\"", StringComparison.Ordinal))))
            .Select(file => Path.GetFileName(file));
        SameSet([], naming.ToHashSet(StringComparer.Ordinal));
    }

    [Fact]
    public void Messages_below_the_command_name_no_command_and_no_flag()
    {
        var naming = Directory.EnumerateFiles(Path.Combine(Repository.Root, "src"), "*.cs", SearchOption.AllDirectories)
            .Where(file => !file.Contains("Semblance.Cli", StringComparison.Ordinal) && !file.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal))
            .Where(file => File.ReadLines(file).Any(line => !Comment().IsMatch(line) && CommandOrFlag().IsMatch(line)))
            .Select(file => Path.GetFileName(file));
        SameSet([], naming.ToHashSet(StringComparer.Ordinal));
    }

    private static void SameSet(IEnumerable<string> allowed, IReadOnlySet<string> found)
    {
        var expected = allowed.ToHashSet(StringComparer.Ordinal);
        var more = found.Except(expected).Order(StringComparer.Ordinal).ToArray();
        var fewer = expected.Except(found).Order(StringComparer.Ordinal).ToArray();
        Assert.True(more.Length == 0, $"Not allowed: {string.Join(", ", more)}.");
        Assert.True(fewer.Length == 0, $"No longer needed, so take it out of the list: {string.Join(", ", fewer)}.");
    }

    /// <summary>Outermost types of ours that refer to a type outside.</summary>
    private static HashSet<string> UsersOf(Func<string, bool> isTarget) =>
        [.. s_house.Value.Types.Where(type => IsOurs(type.FullName) && type.Dependencies.Any(dependency => isTarget(dependency.Target.FullName))).Select(type => Outermost(type.FullName))];

    private static IEnumerable<(string Maker, string Made)> MakersOf(HashSet<string> kinds) => s_house.Value.Types
        .Where(type => IsOurs(type.FullName))
        .SelectMany(type => type.Dependencies.OfType<MethodCallDependency>()
            .Where(call => call.TargetMember.Name.StartsWith(".ctor", StringComparison.Ordinal) && kinds.Contains(call.Target.FullName))
            .Select(call => (Outermost(type.FullName), call.Target.FullName)));

    // What the compiler makes of lambdas and iterators lies inside the type that wrote them.
    private static string Outermost(string fullName) => fullName.Split('+', '/')[0];

    private static bool IsOurs(string fullName) => fullName.StartsWith("Semblance.", StringComparison.Ordinal);

    private static IEnumerable<string> ConcreteTypes(System.Type contract) => contract.Assembly.GetTypes().Where(type => type is { IsClass: true, IsAbstract: false } && contract.IsAssignableFrom(type)).Select(type => type.FullName!);

    private static IEnumerable<Assembly> Assemblies() =>
        Directory.GetDirectories(Path.Combine(Repository.Root, "src")).Select(path => Path.GetFileName(path)!).Where(name => name != "Semblance.Decoder").Select(name => Assembly.Load(new AssemblyName(name)));

    [GeneratedRegex(@"^\s*//")]
    private static partial Regex Comment();

    // A flag in a text, and not a decrement or a variable of a style sheet, which is followed by a colon or stands in var().
    [GeneratedRegex("""[`' ]semblance [a-z]+|'models add'|[ "(]--(gallery|yes|where|queries|labels|protocol|allow-empty|max-megapixels|model|pictures|feeding|id)\b""")]
    private static partial Regex CommandOrFlag();
}
