using System.Reflection;
using System.Text.RegularExpressions;
using Semblance.Cli.Frame;
using Semblance.Cli.Settings;
using Semblance.Cli.Verbs;
using Xunit;

namespace Semblance.Docs.Tests;

/// <summary>Every type, member, verb and flag that README and docs name is there, so that a name which changes is changed in the docs, too.</summary>
public sealed partial class NamesTests
{
    private static readonly string s_root = Root();

    // A filter's words, the system's, the build's, an operator of ONNX's, and a setting of the host's.
    private static readonly HashSet<string> s_others = new(StringComparer.Ordinal) { "AND", "OR", "NOT", "TMPDIR", "VmHWM", "PackageDownload", "InternalsVisibleTo", "Erf", "Semblance.Assets", "ILogger" };

    // dotnet's and git's own flags in command lines that are shown.
    private static readonly HashSet<string> s_otherFlags = new(StringComparer.Ordinal) { "--project", "--configuration", "--tool-path", "--version", "--help", "--add-source" };

    private static readonly Lazy<HashSet<string>> s_names = new(KnownNames);

    private static readonly Lazy<Dictionary<string, HashSet<string>>> s_members = new(KnownMembers);

    private static readonly Lazy<string> s_scripts = new(() => string.Concat(
        new[] { "benchmarks", "build", ".ci" }.SelectMany(folder => Directory.EnumerateFiles(Path.Combine(s_root, folder), "*", SearchOption.AllDirectories))
            .Where(file => Path.GetExtension(file) is ".cs" or ".sh" or ".py" or "" && !IsOutput(file))
            .Select(File.ReadAllText)));

    public static TheoryData<string> Pages() =>
        [.. new[] { "README.md", "CONTRIBUTING.md" }.Concat(Directory.EnumerateFiles(Path.Combine(s_root, "docs"), "*.md").Select(file => Path.GetRelativePath(s_root, file))).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Pages))]
    public void Types_and_members_that_are_named_exist(string page)
    {
        var unknown = Spans(page).Where(span => Name().IsMatch(span)).Select(Bare).Distinct().Where(name => !Exists(name)).ToArray();
        Assert.True(unknown.Length == 0, $"{page} names what is not there: {string.Join(", ", unknown)}");
    }

    [Theory]
    [MemberData(nameof(Pages))]
    public void Verbs_and_their_flags_that_are_named_exist(string page)
    {
        var wrong = CommandLines(page).Select(line => (Line: line, Problem: Problem(line))).Where(one => one.Problem is not null).Select(one => $"'semblance {one.Line}': {one.Problem}").Distinct().ToArray();
        Assert.True(wrong.Length == 0, $"{page}: {string.Join("; ", wrong)}");
    }

    [Theory]
    [MemberData(nameof(Pages))]
    public void Flags_that_are_named_alone_exist(string page)
    {
        var ours = AllFlags(VerbCatalogue.All).Concat(new CommonSettings().All.SelectMany(Flags)).ToHashSet(StringComparer.Ordinal);
        var unknown = Spans(page).SelectMany(span => Flag().Matches(span)).Select(match => match.Value).Distinct()
            .Where(flag => !ours.Contains(flag) && !s_otherFlags.Contains(flag) && !IsOfAScript(flag)).ToArray();
        Assert.True(unknown.Length == 0, $"{page} names flags that no command takes: {string.Join(", ", unknown)}");
    }

    [Fact]
    public void The_reader_sees_what_is_wrong()
    {
        Assert.NotNull(Problem("serch a.jpg"));
        Assert.NotNull(Problem("tag ad x"));
        Assert.NotNull(Problem("search a.jpg --keep oldest"));
        Assert.Null(Problem("search a.jpg --where 'label:cat' -k 5 --gallery photos"));
        Assert.Null(Problem("tag suggest --min-confidence 0.8"));
        Assert.False(Exists("GalleryThatIsNot"));
        Assert.False(Exists("Gallery.OpenSesame"));
        Assert.True(Exists("Gallery.Open") && Exists("Semblance.Index") && Exists("IVectorIndex"));
    }

    private static bool Exists(string name)
    {
        if (s_others.Contains(name) || s_names.Value.Contains(name) || Directory.Exists(Path.Combine(s_root, "src", name)))
            return true;
        var dot = name.LastIndexOf('.');
        if (dot < 0)
            return false;
        var (owner, member) = (name[..dot], name[(dot + 1)..]);
        // What is no type of ours is one of the tests', or a call whose answer the docs go on with.
        return s_members.Value.TryGetValue(owner[(owner.LastIndexOf('.') + 1)..], out var members) ? members.Contains(member) : s_names.Value.Contains(owner) && s_names.Value.Contains(member);
    }

    /// <summary>What is wrong with a command line; null where nothing is.</summary>
    private static string? Problem(string commandLine)
    {
        var words = commandLine.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
        IReadOnlyList<VerbEntry> verbs = VerbCatalogue.All;
        var flags = new CommonSettings().All.SelectMany(Flags).Concat(["--help", "--version"]).ToHashSet(StringComparer.Ordinal);
        var at = 0;
        for (; at < words.Length && verbs.Count > 0 && Verb().IsMatch(words[at]); at++)
        {
            if (verbs.FirstOrDefault(entry => entry.Name == words[at]) is not { } found)
                return words[at] is "help" or "version" ? null : $"there is no verb '{words[at]}'";
            var verb = found.Make();
            flags.UnionWith(verb.Settings.SelectMany(Flags));
            verbs = verb.Verbs;
        }
        // A placeholder stands for any verb.
        if (at == 0 && words.Length > 0 && words[0].All(letter => char.IsUpper(letter) || letter is '…' or '.'))
            return null;
        var unknown = words.Skip(at).SelectMany(word => Flag().Matches(word)).Select(match => match.Value).FirstOrDefault(flag => !flags.Contains(flag));
        return unknown is null ? null : $"it takes no {unknown}";
    }

    private static IEnumerable<string> AllFlags(IEnumerable<VerbEntry> verbs) => verbs.Select(entry => entry.Make()).SelectMany(verb => verb.Settings.SelectMany(Flags).Concat(AllFlags(verb.Verbs)));

    private static IEnumerable<string> Flags(Setting setting) => setting.Option.Aliases.Prepend(setting.Option.Name);

    private static bool IsOfAScript(string flag) => s_scripts.Value.Contains(flag, StringComparison.Ordinal) || s_scripts.Value.Contains($"\"{flag[2..]}\"", StringComparison.Ordinal);

    private static IEnumerable<string> Spans(string page) => Span().Matches(WithoutBlocks(page)).Select(match => match.Groups[1].Value);

    /// <summary>Words after "semblance" where a command line begins: in a span of code, or on a line of a block.</summary>
    private static IEnumerable<string> CommandLines(string page)
    {
        var text = File.ReadAllText(Path.Combine(s_root, page));
        return Spans(page).Where(span => span.StartsWith("semblance ", StringComparison.Ordinal)).Select(span => span["semblance ".Length..])
            .Concat(Block().Matches(text).SelectMany(block => InBlock().Matches(block.Value)).Select(match => match.Groups["command"].Value));
    }

    private static string WithoutBlocks(string page) => Block().Replace(File.ReadAllText(Path.Combine(s_root, page)), "");

    /// <summary>Without arguments and type arguments: <c>Network.Run&lt;T&gt;(x)</c> is <c>Network.Run</c>.</summary>
    private static string Bare(string span) => Arguments().Replace(span, "");

    /// <summary>Types of ours and of what the docs speak of, and their members, by simple name.</summary>
    private static HashSet<string> KnownNames()
    {
        var names = s_members.Value.Keys.Concat(s_members.Value.Values.SelectMany(members => members)).ToHashSet(StringComparer.Ordinal);
        foreach (var type in Others())
        {
            names.Add(Simple(type));
            names.UnionWith(type.GetMembers().Select(member => member.Name));
        }
        // Namespaces: folders by concern.
        names.UnionWith(Ours().SelectMany(type => type.Namespace?.Split('.') ?? []));
        // Tests and targets are named, too.
        foreach (var folder in new[] { "tests", "benchmarks", "src" })
        {
            foreach (var file in Directory.EnumerateFiles(Path.Combine(s_root, folder), "*", SearchOption.AllDirectories).Where(file => Path.GetExtension(file) is ".cs" or ".targets" or ".props" or ".csproj" && !IsOutput(file)))
                names.UnionWith(Declared().Matches(File.ReadAllText(file)).Select(match => match.Groups[1].Value));
        }
        names.UnionWith(Others().Select(type => type.Namespace).OfType<string>());
        return names;
    }

    private static Dictionary<string, HashSet<string>> KnownMembers()
    {
        var members = new Dictionary<string, HashSet<string>>(StringComparer.Ordinal);
        foreach (var type in Ours())
        {
            if (!members.TryGetValue(Simple(type), out var known))
                members[Simple(type)] = known = new HashSet<string>(StringComparer.Ordinal);
            for (var level = type; level is not null; level = level.BaseType)
                known.UnionWith(level.GetMembers(BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static).Select(member => member.Name));
            known.UnionWith(type.GetInterfaces().SelectMany(contract => contract.GetMembers()).Select(member => member.Name));
        }
        return members;
    }

    private static IEnumerable<Type> Ours() => Directory.GetDirectories(Path.Combine(s_root, "src")).Select(path => Path.GetFileName(path)!)
        .Where(name => name != "Semblance.Decoder").SelectMany(name => Assembly.Load(new AssemblyName(name)).GetTypes());

    private static IEnumerable<Type> Others() => new[]
    {
        typeof(object).Assembly,
        typeof(Microsoft.Extensions.AI.DataContent).Assembly,
        typeof(Microsoft.Extensions.VectorData.VectorStore).Assembly,
    }.SelectMany(assembly => assembly.GetExportedTypes());

    private static string Simple(Type type) => type.Name.Split('`')[0];

    private static bool IsOutput(string file) => file.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal);

    private static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Semblance.slnx")))
            folder = folder.Parent ?? throw new DirectoryNotFoundException("These tests read the docs, and no folder above them holds Semblance.slnx.");
        return folder.FullName;
    }

    [GeneratedRegex("`([^`\n]+)`")]
    private static partial Regex Span();

    [GeneratedRegex("^```.*?^```", RegexOptions.Multiline | RegexOptions.Singleline | RegexOptions.ExplicitCapture)]
    private static partial Regex Block();

    [GeneratedRegex(@"(?:^|^\$ |\| |xargs |\$\()semblance (?<command>[^|>#)\n]+)", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex InBlock();

    [GeneratedRegex(@"^[A-Z][A-Za-z0-9]*(?:<[^>]*>)?(?:\.[A-Z][A-Za-z0-9]*(?:<[^>]*>)?)*(?:\(.*\))?(?:\.[A-Z][A-Za-z0-9]*)?$")]
    private static partial Regex Name();

    [GeneratedRegex(@"<[^>]*>|\(.*\)")]
    private static partial Regex Arguments();

    [GeneratedRegex(@"(?<![\w-])--[a-z][a-z-]*[a-z]")]
    private static partial Regex Flag();

    [GeneratedRegex("^[a-z][a-z-]*$")]
    private static partial Regex Verb();

    [GeneratedRegex("""(?:class|record|struct|interface|enum|Target Name=")\s*"?([A-Z][A-Za-z0-9]*)""")]
    private static partial Regex Declared();
}
