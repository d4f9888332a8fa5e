using System.Diagnostics;
using System.Globalization;
using Semblance.Benchmarks.Pictures;
using Semblance.Benchmarks.Processes;
using Semblance.Imaging;

namespace Semblance.Benchmarks;

/// <summary>
/// Kinds of picture files, each made from one photo by the format's own tool and decoded here and by that tool again: does it
/// open, is it the right way up, how far apart are the two at 64 x 64. A Markdown table, and the rate of HEIC with one and two threads.
/// </summary>
internal sealed class FormatsVerb : IBenchmarkVerb
{
    private const int Side = 64;

    public string Name => "formats";

    public string Summary => "kinds of files against their own tools, and HEIC images/s (--pictures DIR [--rate N]; tools: benchmarks/peers/formats.sh)";

    public int Run(string[] args)
    {
        var arguments = new VerbArguments(args, "--pictures", "--rate");
        using var folder = new TemporaryFolder();
        // Upright and taller than wide, so that a wrong turn shows in the size.
        var scene = Scene(arguments.Required("--pictures"));
        File.WriteAllBytes(folder.Combine("source.png"), PictureEncoder.Encode(scene, PictureFormat.Png));
        File.WriteAllBytes(folder.Combine("source.jpg"), PictureEncoder.Encode(scene, PictureFormat.Jpeg, 95));
        Console.WriteLine($"Second decoder: {PictureFormats.SecondLibrary}; libvips {PictureFormats.LibraryVersion}.");
        Console.WriteLine();
        Console.WriteLine("| kind | opens | right way up | difference | against | decoder |");
        Console.WriteLine("| --- | --- | --- | --- | --- | --- |");
        var failed = 0;
        foreach (var kind in FormatKinds.All)
            failed += Row(kind, folder, scene) ? 0 : 1;
        if (arguments.Text("--rate") is not null)
            Rate(arguments.Required("--pictures"), folder, arguments.Number("--rate", 40));
        return failed == 0 ? 0 : 1;
    }

    private static bool Row(FormatKind kind, TemporaryFolder folder, Picture scene)
    {
        var file = folder.Combine(kind.File);
        if (Array.Find(kind.Tools, tool => ChildProcess.Find(tool) is null) is { } missing)
        {
            Console.WriteLine($"| {kind.Name} | not tried: no `{missing}` | | | | |");
            return true;
        }
        if (kind.Write is { } write)
            File.WriteAllBytes(file, write(scene));
        foreach (var command in kind.Make)
            Call(command, folder.FullPath);
        var truth = scene;
        if (kind.Decode is { } decode)
        {
            Call(decode, folder.FullPath);
            if (kind.After is { } after)
                Call(after, folder.FullPath);
            truth = Decoded(folder.Combine("truth.png"));
        }
        var result = PictureDecoder.Shared.DecodeFile(file);
        if (result.Picture is not { } picture)
        {
            Console.WriteLine($"| {kind.Name} | no: {result.Failure!.Message} | | | | |");
            return false;
        }
        var isUpright = (picture.Width, picture.Height) == (truth.Width, truth.Height);
        var difference = Difference(picture.Resize(Side, Side), truth.Resize(Side, Side));
        var decoder = PictureFormats.Supported.First(format => format.Format == picture.Facts.Format).Loader;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {kind.Name} | yes | {(isUpright ? "yes" : "no")} | {difference:0.00} | {kind.Against} | {kind.DecoderNote ?? decoder} |"));
        return isUpright && difference <= 3;
    }

    private static void Rate(string pictures, TemporaryFolder folder, int count)
    {
        if (ChildProcess.Find("heif-enc") is null)
            return;
        var photos = PictureSelection.Of(pictures, count);
        var files = new List<byte[]>();
        foreach (var photo in photos)
        {
            Call(["heif-enc", "-q", "80", photo, "-o", folder.Combine("rate.heic")], folder.FullPath);
            files.Add(File.ReadAllBytes(folder.Combine("rate.heic")));
        }
        PictureDecoder.Shared.Decode(files[0]);
        foreach (var threads in new[] { 1, 2 })
        {
            var clock = Stopwatch.StartNew();
            Parallel.For(0, files.Count, new ParallelOptions { MaxDegreeOfParallelism = threads }, i => PictureDecoder.Shared.Decode(files[i], new DecodeOptions { MinimumSide = 256 }));
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{(threads == 1 ? "\n" : "")}HEIC, {threads} thread(s): {files.Count / clock.Elapsed.TotalSeconds:0.0} images/s of {files.Count}"));
        }
    }

    private static Picture Scene(string pictures)
    {
        foreach (var path in PictureSelection.Of(pictures, 50))
        {
            if (PictureDecoder.Shared.DecodeFile(path).Picture is { } picture && picture.Height > picture.Width)
                return picture.Crop(new PictureBox(0, 0, picture.Width & ~1, picture.Height & ~1));
        }
        throw new VerbUsageException("None of the first 50 pictures is taller than wide; name another folder.");
    }

    private static Picture Decoded(string path) => PictureDecoder.Shared.DecodeFile(path).Picture ?? throw new InvalidOperationException($"The tool's '{path}' cannot be read.");

    private static void Call(string[] words, string folder)
        => ChildProcess.Capture("sh", ["-c", "cd \"$0\" && exec \"$@\"", folder, .. words]);

    private static double Difference(Picture a, Picture b)
    {
        var sum = 0L;
        for (var i = 0; i < a.Pixels.Length; i++)
            sum += Math.Abs(a.Pixels[i] - b.Pixels[i]);
        return sum / (double)a.Pixels.Length;
    }
}
