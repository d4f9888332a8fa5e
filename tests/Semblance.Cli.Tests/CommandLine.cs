using System.Text;
using Semblance.Imaging;
using Semblance.Testing;
using Xunit;

namespace Semblance.Cli.Tests;

/// <summary>Runs the command inside the test, in a folder and an environment of its own.</summary>
internal sealed class CommandLine : IDisposable
{
    /// <summary>An environment variable of this value makes reading it fail as only a bug could.</summary>
    public const string Fault = "a fault made by the test";

    private readonly TemporaryFolder _folder = new();

    public CommandLine()
    {
        Directory.CreateDirectory(_folder["here"]);
        Environment["SEMBLANCE_HOME"] = _folder["home"];
        Environment["HOME"] = _folder["user"];
    }

    public string Here => _folder["here"];

    public string Home => _folder["home"];

    public Dictionary<string, string?> Environment { get; } = [];

    public bool IsTerminal { get; set; }

    /// <summary>Columns of the terminal.</summary>
    public int Width { get; set; } = 200;

    /// <summary>What the person at the terminal types when asked; null where there is none.</summary>
    public string? Answers { get; set; }

    public TimeProvider Clock { get; set; } = TimeProvider.System;

    /// <summary>Gets the whole output so far whenever the command sends some off.</summary>
    public Action<string>? Flushed { get; set; }

    public string this[params string[] parts] => Path.Combine([Here, .. parts]);

    public Task<CommandResult> RunAsync(params string[] args) => RunAsync(args, CancellationToken.None);

    public async Task<CommandResult> RunAsync(string[] args, CancellationToken cancellationToken)
    {
        using var bytes = new ObservedStream(text => Flushed?.Invoke(text));
        await using var output = new StreamWriter(bytes) { NewLine = "\n" };
        using var error = new StringWriter { NewLine = "\n" };
        var host = new CliHost
        {
            Output = output,
            Error = error,
            Questions = Answers is null ? null : new StringReader(Answers),
            OutputIsTerminal = IsTerminal,
            ErrorIsTerminal = false,
            Environment = name => Environment.GetValueOrDefault(name) is var value && value == Fault ? throw new InvalidOperationException(Fault) : value,
            CurrentFolder = Here,
            Clock = Clock,
            Width = () => Width,
        };
        var code = await CliApplication.RunAsync(args, host, cancellationToken);
        return new CommandResult(code, Encoding.UTF8.GetString(bytes.ToArray()), error.ToString());
    }

    /// <summary>Runs and asserts success.</summary>
    public async Task<string> OutputOfAsync(params string[] args)
    {
        var result = await RunAsync(args);
        Assert.True(result.Code == 0, $"{string.Join(' ', args)} ended with {result.Code}: {result.Error}");
        return result.Output;
    }

    /// <summary>Writes a drawn scene; pictures of one class resemble each other.</summary>
    public string WriteScene(string name, int classIndex, int seed, int side = 96)
    {
        var path = this[name];
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, PictureEncoder.Encode(TestPictures.Scene(side, side, classIndex, seed), path.EndsWith(".png", StringComparison.Ordinal) ? PictureFormat.Png : PictureFormat.Jpeg));
        return path;
    }

    /// <summary>Writes <c>pictures/CLASS/N.jpg</c> and indexes them by the colour histogram, which needs no network.</summary>
    public async Task IndexScenesAsync(int classes = 3, int perClass = 3)
    {
        for (var c = 0; c < classes; c++)
        {
            for (var i = 0; i < perClass; i++)
                WriteScene(Path.Combine("pictures", "class" + c, i + ".jpg"), c, i);
        }
        await OutputOfAsync("index", "pictures", "--model", "hsv");
    }

    public void Dispose() => _folder.Dispose();
}

internal sealed record CommandResult(int Code, string Output, string Error);

/// <summary>Keeps what is written and tells of each flush.</summary>
internal sealed class ObservedStream(Action<string> flushed) : MemoryStream
{
    public override void Flush() => flushed(Encoding.UTF8.GetString(ToArray()));
}
