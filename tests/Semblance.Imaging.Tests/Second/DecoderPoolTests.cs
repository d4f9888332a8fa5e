using System.Diagnostics;
using Semblance.Imaging.Second;
using Semblance.Testing;
using Xunit;

namespace Semblance.Imaging.Tests.Second;

/// <summary>The process of the second decoder: what goes wrong in it costs one file.</summary>
public sealed class DecoderPoolTests
{
    private static readonly Picture s_scene = TestPictures.Scene(96, 64, classIndex: 3, seed: 5);
    private static readonly byte[] s_good = SecondBytes.Bmp(s_scene);

    [Fact]
    public void A_picture_that_takes_too_long_is_stopped_and_the_next_one_is_read()
    {
        if (!OperatingSystem.IsLinux())
            Assert.Skip("A stopped process stands in for a picture without end.");
        using var pool = new DecoderPool(new DecoderLimits { Time = TimeSpan.FromSeconds(4) }, DecoderProgram.Find);
        var decoder = new PictureDecoder(pool);
        Assert.True(decoder.Decode(s_good).Succeeded);
        var first = Assert.Single(pool.Running);
        using (var stop = Process.Start("kill", ["-STOP", $"{first}"]))
            stop.WaitForExit();
        var failure = decoder.Decode(s_good).Failure;
        Assert.Equal(DecodeFailureReason.TooSlow, failure?.Reason);
        Assert.Contains("4 seconds", failure!.Message);
        Assert.True(IsGone(first));
        Assert.True(decoder.Decode(s_good).Succeeded);
    }

    [Fact]
    public void A_picture_that_takes_too_much_memory_fails_alone()
    {
        using var pool = new DecoderPool(new DecoderLimits { BaseMemory = 150 << 20, BytesPerPixel = 0 }, DecoderProgram.Find);
        var decoder = new PictureDecoder(pool);
        Assert.True(decoder.Decode(s_good).Succeeded);
        var large = MagickBytes.Of(TestPictures.Solid(6000, 5000, 10, 200, 30), "jpeg-xl");
        var failure = decoder.Decode(large).Failure;
        Assert.True(failure?.Reason is DecodeFailureReason.TooLarge or DecodeFailureReason.Broken, failure?.Message ?? "decoded");
        Assert.True(decoder.Decode(s_good).Succeeded);
    }

    [Fact]
    public void A_process_that_ends_is_replaced_and_its_file_tried_again()
    {
        using var pool = new DecoderPool(new DecoderLimits(), DecoderProgram.Find);
        var decoder = new PictureDecoder(pool);
        Assert.True(decoder.Decode(s_good).Succeeded);
        for (var i = 0; i < 2; i++)
        {
            var id = Assert.Single(pool.Running);
            using (var process = Process.GetProcessById(id))
                process.Kill();
            Assert.Equal(s_scene.Pixels, decoder.Decode(s_good).Picture?.Pixels);
            Assert.DoesNotContain(id, pool.Running);
        }
    }

    [Fact]
    public void Many_threads_share_no_more_processes_than_allowed()
    {
        using var pool = new DecoderPool(new DecoderLimits { Processes = 2 }, DecoderProgram.Find);
        var decoder = new PictureDecoder(pool);
        var most = 0;
        Parallel.For(0, 60, new ParallelOptions { MaxDegreeOfParallelism = 6 }, i =>
        {
            var result = i % 3 == 2 ? decoder.Decode(s_good.AsMemory(0, 2000)) : decoder.Decode(s_good);
            Assert.Equal(i % 3 != 2, result.Succeeded);
            InterlockedMax(ref most, pool.Running.Count);
        });
        Assert.InRange(most, 1, 2);
    }

    [Fact]
    public async Task Idle_processes_end()
    {
        using var pool = new DecoderPool(new DecoderLimits { Idle = TimeSpan.FromMilliseconds(200) }, DecoderProgram.Find);
        Assert.True(new PictureDecoder(pool).Decode(s_good).Succeeded);
        var id = Assert.Single(pool.Running);
        for (var wait = 0; wait < 100 && pool.Running.Count > 0; wait++)
            await Task.Delay(50, TestContext.Current.CancellationToken);
        Assert.Empty(pool.Running);
        Assert.True(IsGone(id));
    }

    [Fact]
    public void Without_the_program_its_formats_are_unsupported_and_others_are_read()
    {
        using var pool = new DecoderPool(new DecoderLimits(), () => (null, "the decoder program is away"));
        var decoder = new PictureDecoder(pool);
        var failure = decoder.Decode(s_good).Failure!;
        Assert.Equal(DecodeFailureReason.Unsupported, failure.Reason);
        Assert.Contains("BMP", failure.Message);
        Assert.Contains("the decoder program is away", failure.Message);
        Assert.True(decoder.Decode(PictureBytes.Png(s_scene)).Succeeded);
    }

    [Fact]
    public void A_program_that_is_none_is_asked_twice_and_no_more()
    {
        var asked = 0;
        using var pool = new DecoderPool(new DecoderLimits(), () =>
        {
            asked++;
            var program = DecoderProgram.Find().Program!;
            return (program with { File = Path.Combine(Path.GetDirectoryName(program.File)!, "Magick.NET.Core.dll") }, "");
        });
        var decoder = new PictureDecoder(pool);
        for (var i = 0; i < 4; i++)
            Assert.Equal(DecodeFailureReason.Unsupported, decoder.Decode(s_good).Failure?.Reason);
        Assert.Equal(2, asked);
    }

    [Fact]
    public void A_temporary_folder_that_is_not_there_is_named_and_tried_again()
    {
        using var folder = new TemporaryFolder();
        var missing = folder["missing"];
        using var pool = new DecoderPool(new DecoderLimits(), () => (DecoderProgram.Find().Program! with { Temporary = missing }, ""));
        var decoder = new PictureDecoder(pool);
        for (var i = 0; i < 3; i++)
        {
            var failure = decoder.Decode(s_good).Failure;
            Assert.Equal(DecodeFailureReason.Unreadable, failure?.Reason);
            Assert.Contains($"'{missing}'", failure!.Message);
            Assert.Contains("does not exist", failure.Message);
            Assert.DoesNotContain("install", failure.Message);
        }
        Directory.CreateDirectory(missing);
        Assert.True(decoder.Decode(s_good).Succeeded);
    }

    [Fact]
    public void A_process_whose_folder_was_cleaned_away_is_no_fault_of_the_picture()
    {
        using var folder = new TemporaryFolder();
        DecoderProgram program = DecoderProgram.Find().Program! with { Temporary = folder.Path };
        var good = SecondBytes.Exr(24, 16, (_, _) => (0.5f, 0.2f, 0.1f));
        var (process, problem) = DecoderProcess.Start(program);
        Assert.True(process is not null, problem.Text);
        using (process)
        {
            var request = new DecoderRequest("exr", 1_000_000, 1 << 30, 0, 0);
            Assert.Equal(DecoderOutcome.Decoded, process.Decode(request, good, TimeSpan.FromSeconds(30)).Answer?.Outcome);
            // Damage is the picture's own.
            Assert.Equal(DecoderOutcome.Broken, process.Decode(request, good.AsSpan(0, 400), TimeSpan.FromSeconds(30)).Answer?.Outcome);
            Directory.Delete(Assert.Single(Directory.GetDirectories(folder.Path)), recursive: true);
            Assert.Equal(DecoderOutcome.NoTemporary, process.Decode(request, good, TimeSpan.FromSeconds(30)).Answer?.Outcome);
        }
        using var pool = new DecoderPool(new DecoderLimits(), () => (program, ""));
        var decoder = new PictureDecoder(pool);
        Assert.True(decoder.Decode(good).Succeeded);
        Directory.Delete(Assert.Single(Directory.GetDirectories(folder.Path)), recursive: true);
        Assert.True(decoder.Decode(good).Succeeded);
    }

    [Fact]
    public void What_the_library_says_is_shown_without_names_of_temporary_files()
    {
        var exr = SecondBytes.Exr(24, 16, (_, _) => (0.5f, 0.2f, 0.1f));
        var dng = RawBytes.Dng(s_scene, null);
        foreach (var bytes in new[] { exr.AsMemory(0, exr.Length - 300), exr.AsMemory(0, 400), dng.AsMemory(0, dng.Length / 2), dng.AsMemory(0, 600) })
        {
            var failure = PictureDecoder.Shared.Decode(bytes).Failure!;
            Assert.Equal(DecodeFailureReason.Broken, failure.Reason);
            Assert.DoesNotContain("CorruptImage", failure.Message);
            Assert.DoesNotContain("semblance-decoder", failure.Message);
            Assert.DoesNotContain("magick-", failure.Message);
            Assert.DoesNotContain("`", failure.Message);
        }
    }

    [Fact]
    public void The_process_is_given_no_environment_of_the_user()
    {
        if (!OperatingSystem.IsLinux())
            Assert.Skip("The environment of another process is read from /proc.");
        using var pool = new DecoderPool(new DecoderLimits(), DecoderProgram.Find);
        Assert.True(new PictureDecoder(pool).Decode(s_good).Succeeded);
        var names = File.ReadAllText($"/proc/{Assert.Single(pool.Running)}/environ").Split('\0', StringSplitOptions.RemoveEmptyEntries).Select(line => line[..line.IndexOf('=')]);
        Assert.Subset(new HashSet<string>(["DOTNET_EnableDiagnostics", "DOTNET_TieredPGO", "MAGICK_CONFIGURE_PATH", "MAGICK_TEMPORARY_PATH", "TMPDIR", "TMP", "TEMP"]), names.ToHashSet());
    }

    [Fact]
    public void Pictures_of_other_formats_start_no_process()
    {
        using var pool = new DecoderPool(new DecoderLimits(), () => throw new InvalidOperationException("The program was asked for."));
        var decoder = new PictureDecoder(pool);
        foreach (var bytes in new[] { PictureBytes.Jpeg(s_scene), PictureBytes.Png(s_scene), PictureBytes.WebP(s_scene), PictureBytes.Gif(s_scene), PictureBytes.Tiff(s_scene), PictureBytes.Ppm(s_scene) })
            Assert.True(decoder.Decode(bytes).Succeeded);
    }

    private static bool IsGone(int id)
    {
        try
        {
            using var process = Process.GetProcessById(id);
            return process.WaitForExit(5000);
        }
        catch (ArgumentException)
        {
            return true;
        }
    }

    private static void InterlockedMax(ref int target, int value)
    {
        for (var seen = Volatile.Read(ref target); value > seen; seen = Volatile.Read(ref target))
            Interlocked.CompareExchange(ref target, value, seen);
    }
}
