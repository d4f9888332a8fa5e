using System.Runtime.InteropServices;

namespace Semblance.Natives;

/// <summary>
/// Where the build staged the parts that are not managed code: native libraries, default weights, demo pictures and
/// licence notices, all beside the running program. Every other project asks here, so a missing file is explained once.
/// </summary>
public static class NativeAssets
{
    /// <summary>Full path of a staged native library, e.g. <c>libvips</c> or <c>libonnxruntime</c>.</summary>
    /// <exception cref="FileNotFoundException">The platform is unsupported, or the set-up of the build was skipped.</exception>
    public static string Library(string name)
    {
        var extension = OperatingSystem.IsWindows() ? ".dll" : OperatingSystem.IsMacOS() ? ".dylib" : ".so";
        return Existing(Path.Combine("runtimes", Platform, "native", name + extension));
    }

    /// <summary>Folder of a default network's weights as its npm package ships them.</summary>
    public static string Weights(string network) => Path.GetDirectoryName(Existing(Path.Combine("weights", network, network == "nanodet" ? "nanodet.json" : "model.min.js")))!;

    /// <summary>The freely licensed emoji of two vendors, as a zip of <c>twitter/*.png</c> and <c>google/*.png</c>.</summary>
    public static string DemoPictures => Existing(Path.Combine("demo", "emoji.zip"));

    /// <summary>Folder of the licence notices of everything staged.</summary>
    public static string Notices => Path.Combine(AppContext.BaseDirectory, "notices");

    /// <summary>The portable runtime identifier of this process: <c>linux-x64</c>, <c>linux-arm64</c>, <c>osx-arm64</c> or <c>win-x64</c>.</summary>
    public static string Platform
    {
        get
        {
            var system = OperatingSystem.IsWindows() ? "win" : OperatingSystem.IsMacOS() ? "osx" : "linux";
            return system + "-" + RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant();
        }
    }

    private static string Existing(string relative)
    {
        var path = Path.Combine(AppContext.BaseDirectory, relative);
        return File.Exists(path)
            ? path
            : throw new FileNotFoundException($"Semblance needs '{relative}' beside the program and it is not there. This build covers linux-x64, linux-arm64, osx-arm64 and win-x64 (this is {Platform}); build again with Node.js 20 or newer on the PATH so that the set-up can stage it.", path);
    }
}
