using System.Runtime.InteropServices;

namespace Semblance.Natives;

/// <summary>
/// Where the parts are that are not managed code: native libraries, default weights, demo pictures and licence notices.
/// They lie beside the program, in the folder that the program's settings name (tests and benchmarks of this repository share
/// one), or where NuGet put the packages they come from. Every other project asks here, so a missing file is explained once.
/// </summary>
public static class NativeAssets
{
    /// <summary>Name of the setting in <c>runtimeconfig.json</c> that gives the folder, relative to the program's.</summary>
    private const string FolderSetting = "Semblance.Assets";

    private static readonly string s_folder = AppContext.GetData(FolderSetting) is string relative ? Path.GetFullPath(relative, AppContext.BaseDirectory) : AppContext.BaseDirectory;

    /// <summary>Full path of a native library: <c>libvips</c> or <c>libonnxruntime</c>.</summary>
    /// <exception cref="FileNotFoundException">The platform is unsupported, or the program was copied without its libraries.</exception>
    public static string Library(string name)
    {
        var file = FileName(name);
        var relative = Path.Combine("runtimes", Platform, "native", file);
        string[] places = [Path.Combine(s_folder, relative), Path.Combine(AppContext.BaseDirectory, file), .. SearchDirectories().Select(folder => Path.Combine(folder, file))];
        return Array.Find(places, File.Exists) ?? throw Missing(relative);
    }

    /// <summary>The ONNX file of the default network, ImageNet's ResNet-18, as its package ships it.</summary>
    /// <exception cref="FileNotFoundException">The weights are not with the program.</exception>
    public static string DefaultNetwork => Existing(Path.Combine("weights", "resnet18", "ResNet18.onnx"));

    /// <summary>The program that decodes what libvips does not, or null where it is not with this one.</summary>
    public static string? Decoder => Path.Combine(s_folder, "decoder", "Semblance.Decoder.dll") is var path && File.Exists(path) ? path : null;

    /// <summary>Folder of two freely licensed emoji families in Iconify's form: <c>noto.json</c> and <c>twemoji.json</c>.</summary>
    /// <exception cref="FileNotFoundException">npm was not there when the program was built.</exception>
    public static string DemoPictures
    {
        get
        {
            Existing(Path.Combine("demo", "noto.json"));
            return Path.GetDirectoryName(Existing(Path.Combine("demo", "twemoji.json")))!;
        }
    }

    /// <summary>Folder of the licence notices of everything staged.</summary>
    public static string Notices => Path.Combine(s_folder, "notices");

    /// <summary>The portable runtime identifier of this process: <c>linux-x64</c>, <c>linux-arm64</c>, <c>osx-arm64</c> or <c>win-x64</c>.</summary>
    public static string Platform
    {
        get
        {
            var system = OperatingSystem.IsWindows() ? "win" : OperatingSystem.IsMacOS() ? "osx" : "linux";
            return system + "-" + RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant();
        }
    }

    // The packages name one library differently on each system, with and without its version.
    private static string FileName(string library) => library switch
    {
        "libvips" when OperatingSystem.IsWindows() => "libvips-42.dll",
        "libvips" when OperatingSystem.IsMacOS() => "libvips.42.dylib",
        "libvips" => "libvips.so.42",
        "libonnxruntime" when OperatingSystem.IsWindows() => "onnxruntime.dll",
        "libonnxruntime" when OperatingSystem.IsMacOS() => "libonnxruntime.dylib",
        "libonnxruntime" => "libonnxruntime.so",
        _ => throw new ArgumentException($"'{library}' is no library of Semblance; it has 'libvips' and 'libonnxruntime'.", nameof(library)),
    };

    // Where the host looks for native libraries: the packages' own folders when nothing was copied beside the program.
    private static string[] SearchDirectories() => AppContext.GetData("NATIVE_DLL_SEARCH_DIRECTORIES") is string folders ? folders.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries) : [];

    private static string Existing(string relative)
    {
        var path = Path.Combine(s_folder, relative);
        return File.Exists(path) ? path : throw Missing(relative);
    }

    private static FileNotFoundException Missing(string relative)
    {
        var path = Path.Combine(s_folder, relative);
        return new($"Semblance needs '{relative}' in '{s_folder}' and it is not there. The libraries cover linux-x64, linux-arm64, osx-arm64 and win-x64 (this is {Platform}); build again, or copy the whole output folder and not single files of it.", path);
    }
}
