using Microsoft.Extensions.Logging;
using Semblance.Cli.Output;
using Semblance.Cli.Settings;
using Semblance.Features;
using Semblance.Networks;

namespace Semblance.Cli.Frame;

/// <summary>What a verb works with: its values, its gallery, and where its words go.</summary>
internal sealed class VerbContext
{
    private readonly SettingsReader _settings;
    private readonly System.CommandLine.ParseResult _parsed;

    public VerbContext(CliHost host, CommonSettings common, System.CommandLine.ParseResult parsed, SettingsReader settings, Printer printer, Talk talk, string galleryFolder, OutputFormat? askedFormat)
    {
        _settings = settings;
        _parsed = parsed;
        Host = host;
        Common = common;
        Printer = printer;
        Talk = talk;
        GalleryFolder = galleryFolder;
        AskedFormat = askedFormat;
    }

    public CliHost Host { get; }

    public CommonSettings Common { get; }

    public Printer Printer { get; }

    public Talk Talk { get; }

    /// <summary>Where the library says what it does; made when first asked for.</summary>
    public ILogger Log => field ??= new LogLines(Host.Error, Host.Clock, Get(Common.Log));

    /// <summary>Folder of the gallery, whether it exists or not.</summary>
    public string GalleryFolder { get; }

    /// <summary>The format that the user asked for, as against the usual one; null where none was.</summary>
    public OutputFormat? AskedFormat { get; }

    public int Threads => Get(Common.Threads);

    public int Seed => Get(Common.Seed);

    /// <summary>True when no progress shall be drawn.</summary>
    public bool IsSilent => Talk.IsQuiet || Get(Common.NoProgress);

    public T Get<T>(Setting<T> setting) => _settings.Get(setting);

    public T Get<T>(System.CommandLine.Argument<T> argument) => _parsed.GetValue(argument)!;

    /// <summary>Full path of what the user typed, from the current folder; a leading <c>~</c> is the user's folder.</summary>
    public string FullPath(string path)
    {
        if (path == "~" || path.StartsWith("~/", StringComparison.Ordinal))
            path = Path.Join(Host.Environment("HOME") ?? "", path[1..]);
        return Path.GetFullPath(path, Host.CurrentFolder);
    }

    public ModelStore Models => Host.Environment("SEMBLANCE_HOME") is { Length: > 0 } ? Embedders.OpenStore(Path.Combine(UserFolders.Data(Host), "models")) : Embedders.OpenStore();

    /// <summary>Opens the gallery that the flags name.</summary>
    /// <param name="create">Makes one where none is; verbs that only read leave this off and say how to make one.</param>
    /// <param name="upkeep">For verbs that run until they are ended.</param>
    public Gallery OpenGallery(bool create = false, bool readOnly = false, string? model = null, string? folder = null, bool upkeep = false) =>
        Gallery.Open(folder ?? GalleryFolder, new GalleryOptions
        {
            Model = model,
            Models = Models,
            Threads = Threads,
            Seed = Seed,
            Create = create,
            ReadOnly = readOnly,
            Upkeep = upkeep,
            Log = Log,
        });
}
