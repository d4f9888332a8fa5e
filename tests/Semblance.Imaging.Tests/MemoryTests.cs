using Semblance.Testing;
using Xunit;

namespace Semblance.Imaging.Tests;

/// <summary>Runs alone: the working set is the whole process's.</summary>
[CollectionDefinition(nameof(MemoryTests), DisableParallelization = true)]
[Collection(nameof(MemoryTests))]
public sealed class MemoryTests
{
    [Fact]
    public void Two_thousand_decodes_leave_the_working_set_where_it_was()
    {
        var scene = TestPictures.Scene(640, 480, classIndex: 1, seed: 1);
        byte[] jpeg = PictureBytes.Jpeg(scene);
        byte[][] files = [jpeg, jpeg[..(jpeg.Length / 2)], PictureBytes.WebP(scene), PictureBytes.Tiff(scene), HostileBytes.HeaderBomb("png"), PictureBytes.PngWithProfile(scene.Resize(200, 150), "p3")];
        Round(files, 400);
        var before = Environment.WorkingSet;
        Round(files, 2000);
        var growth = Environment.WorkingSet - before;
        // A leak of one 64 x 85 result a decode would be 30 MB, of one decoded 640 x 480 picture 1.8 GB.
        Assert.True(growth < 24 << 20, $"{growth >> 20} MB more after 2,000 decodes.");
    }

    private static void Round(byte[][] files, int count)
    {
        Parallel.For(0, count, new ParallelOptions { MaxDegreeOfParallelism = 2 }, i => PictureDecoder.Shared.Decode(files[i % files.Length], new DecodeOptions { MinimumSide = 64 }));
        GC.Collect();
    }
}
