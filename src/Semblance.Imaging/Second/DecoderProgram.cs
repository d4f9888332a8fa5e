using System.Diagnostics;
using System.Runtime.InteropServices;
using Semblance.Natives;

namespace Semblance.Imaging.Second;

/// <summary>
/// Where the decoder program lies and how it is started: <c>decoder/Semblance.Decoder.dll</c> beside the running program, run by
/// the .NET host that runs this process. It gets no environment but what the host needs, so that nothing set for the user's
/// session reaches the library behind it.
/// </summary>
/// <param name="File">Full path of the program's assembly.</param>
/// <param name="Host">Full path of <c>dotnet</c>.</param>
internal sealed record DecoderProgram(string File, string Host)
{
    private static readonly string[] s_kept = ["SystemRoot", "SystemDrive", "TEMP", "TMP", "TMPDIR"];

    /// <summary>Where each process gets a folder of its own.</summary>
    internal string Temporary { get; init; } = Path.GetTempPath();

    /// <summary>The program, or why there is none.</summary>
    internal static (DecoderProgram? Program, string Problem) Find()
    {
        if (NativeAssets.Decoder is not { } file)
            return (null, $"the decoder program '{Path.Combine("decoder", "Semblance.Decoder.dll")}' is not beside this program; build or install it again");
        var name = OperatingSystem.IsWindows() ? "dotnet.exe" : "dotnet";
        // HOST/shared/Microsoft.NETCore.App/VERSION/ is where the running framework lies; a self-contained program has none.
        string?[] folders = [Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..")), Environment.GetEnvironmentVariable("DOTNET_ROOT")];
        var host = folders.Where(folder => !string.IsNullOrEmpty(folder)).Select(folder => Path.Combine(folder!, name)).FirstOrDefault(System.IO.File.Exists);
        return host is null
            ? (null, "the 'dotnet' host that runs the decoder program was not found; install the .NET 10 runtime and set DOTNET_ROOT to its folder")
            : (new DecoderProgram(file, host), "");
    }

    /// <param name="temporary">An empty folder for this process alone.</param>
    internal ProcessStartInfo StartInfo(string temporary)
    {
        var folder = Path.GetDirectoryName(File)!;
        var start = new ProcessStartInfo(Host)
        {
            WorkingDirectory = folder,
            UseShellExecute = false,
            CreateNoWindow = true,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.ArgumentList.Add(File);
        start.Environment.Clear();
        foreach (var name in s_kept)
        {
            if (Environment.GetEnvironmentVariable(name) is { } value)
                start.Environment[name] = value;
        }
        start.Environment["DOTNET_EnableDiagnostics"] = "0";
        start.Environment["DOTNET_TieredPGO"] = "0";
        // ImageMagick reads policy.xml there and nowhere else.
        start.Environment["MAGICK_CONFIGURE_PATH"] = folder;
        start.Environment[DecoderWire.TemporaryVariable] = temporary;
        return start;
    }
}
