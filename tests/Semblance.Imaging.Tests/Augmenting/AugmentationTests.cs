using Semblance.Numerics;
using Semblance.Testing;
using Xunit;

namespace Semblance.Imaging.Tests.Augmenting;

public sealed class AugmentationTests
{
    private const int Draws = 600;

    [Fact]
    public void Resized_crops_cover_their_ranges_and_leave_them_nowhere()
    {
        var step = new RandomResizedCrop { Scale = new(0.2, 0.9), Ratio = new(0.5, 2) };
        var parts = Frames(400, 300, step);
        Assert.All(parts, part =>
        {
            Assert.InRange(part.Width * part.Height / 120_000, 0.2 - 0.01, 0.9 + 0.01);
            Assert.InRange(part.Width / part.Height, 0.5 - 0.02, 2 + 0.02);
        });
        Assert.InRange(parts.Min(part => part.Width * part.Height / 120_000), 0.19, 0.22);
        Assert.InRange(parts.Max(part => part.Width * part.Height / 120_000), 0.8, 0.91);
        Assert.InRange(parts.Count(part => part.Width > part.Height) / (double)Draws, 0.45, 0.65);
        // Seen through it, pixels of all corners of the picture occur.
        var corners = TestPictures.Gradient(400, 300);
        var seen = Enumerable.Range(0, 100).Select(i => new AugmentationPipeline(step).Apply(corners, 8, 8, new SeededRandom(i))).ToList();
        Assert.True(seen.Min(picture => picture.At(0, 0).Red) < 30 && seen.Max(picture => picture.At(7, 7).Red) > 225);
        Assert.True(seen.Min(picture => picture.At(0, 0).Green) < 30 && seen.Max(picture => picture.At(7, 7).Green) > 225);
    }

    [Fact]
    public void A_strip_without_an_allowed_part_is_cut_from_its_middle()
    {
        Assert.All(Frames(1000, 9, new RandomResizedCrop { Scale = new(0.9, 1) }), part => Assert.Equal((12, 9), (part.Width, part.Height)));
        var strip = TestPictures.Draw(1000, 9, "strip", (x, _) => x is >= 494 and < 506 ? ((byte)255, (byte)255, (byte)255) : ((byte)0, (byte)0, (byte)0));
        Assert.All(new AugmentationPipeline(new RandomResizedCrop { Scale = new(0.9, 1) }).Apply(strip, 12, 9, new SeededRandom(1)).Pixels, value => Assert.Equal(255, value));
    }

    [Fact]
    public void The_padded_crop_is_a_whole_shift_by_at_most_the_padding_and_all_occur()
    {
        var picture = TestPictures.Noise(16, 12, 2);
        var shifts = new HashSet<(int, int)>();
        for (var seed = 0; seed < Draws; seed++)
        {
            var cropped = new AugmentationPipeline(new RandomCrop { Padding = 2 }).Apply(picture, 16, 12, new SeededRandom(seed));
            var matches = (from right in Enumerable.Range(-3, 7) from down in Enumerable.Range(-3, 7) where IsShifted(picture, cropped, right, down) select (right, down)).ToList();
            var (across, along) = Assert.Single(matches);
            Assert.InRange(across, -2, 2);
            Assert.InRange(along, -2, 2);
            shifts.Add((across, along));
        }
        Assert.Equal(25, shifts.Count);
    }

    [Fact]
    public void A_padded_crop_of_a_larger_picture_counts_in_pixels_of_the_target()
    {
        // Columns of the target are two of the picture: a border of three is six there.
        var picture = TestPictures.Solid(32, 32, 255, 255, 255);
        var widest = Enumerable.Range(0, 100).Max(seed => new AugmentationPipeline(new RandomCrop { Padding = 3 }).Apply(picture, 16, 16, new SeededRandom(seed)).Pixels.Chunk(3).Take(16).Count(pixel => pixel[0] == 0));
        Assert.True(widest is 3 or 16, $"{widest} black pixels in the first row");
    }

    [Fact]
    public void Flips_happen_as_often_as_asked()
    {
        var picture = TestPictures.Gradient(8, 8);
        foreach (var probability in new[] { 0, 0.25, 1 })
        {
            var across = Enumerable.Range(0, Draws).Count(seed => new AugmentationPipeline(new RandomHorizontalFlip { Probability = probability }).Apply(picture, 8, 8, new SeededRandom(seed)).At(0, 0).Red == 255);
            var upright = Enumerable.Range(0, Draws).Count(seed => new AugmentationPipeline(new RandomVerticalFlip { Probability = probability }).Apply(picture, 8, 8, new SeededRandom(seed)).At(0, 0).Green == 255);
            Assert.InRange(across / (double)Draws, probability - (probability is 0 or 1 ? 0 : 0.06), probability + 0.06);
            Assert.InRange(upright / (double)Draws, probability - (probability is 0 or 1 ? 0 : 0.06), probability + 0.06);
        }
    }

    [Fact]
    public void Rotation_shift_and_zoom_stay_in_their_ranges_and_reach_their_ends()
    {
        // A dot right of the middle: where it is afterwards tells angle, shift and zoom.
        var dot = TestPictures.Draw(101, 101, "dot", (x, y) => (x - 80) * (x - 80) + ((y - 50) * (y - 50)) <= 9 ? ((byte)255, (byte)255, (byte)255) : ((byte)0, (byte)0, (byte)0));
        var angles = Dots(new RandomRotate { Degrees = new(-20, 40) }).Select(place => Math.Atan2(-place.Y, place.X) * 180 / Math.PI).ToList();
        Assert.InRange(angles.Min(), -20.5, -19);
        Assert.InRange(angles.Max(), 39, 40.5);
        var shifts = Dots(new RandomShift { Horizontal = 0.1, Vertical = 0.2 }).Select(place => (X: place.X - 30, place.Y)).ToList();
        Assert.InRange(shifts.Min(shift => shift.X), -10.2, -9.8);
        Assert.InRange(shifts.Max(shift => shift.X), 9.8, 10.2);
        Assert.InRange(shifts.Min(shift => shift.Y), -20.4, -19.6);
        Assert.InRange(shifts.Max(shift => shift.Y), 19.6, 20.4);
        var zooms = Dots(new RandomZoom { Factor = new(0.5, 1.5) }).Select(place => place.X / 30).ToList();
        Assert.InRange(zooms.Min(), 0.49, 0.52);
        Assert.InRange(zooms.Max(), 1.47, 1.51);

        List<(double X, double Y)> Dots(FrameAugmentation step) => [.. Enumerable.Range(0, Draws).Select(seed =>
        {
            var picture = new AugmentationPipeline(step).Apply(dot, 101, 101, new SeededRandom(seed));
            double sum = 0, x = 0, y = 0;
            for (var i = 0; i < 101 * 101; i++)
            {
                sum += picture.Pixels[3 * i];
                x += picture.Pixels[3 * i] * ((i % 101) - 50);
                y += picture.Pixels[3 * i] * ((i / 101) - 50);
            }
            return (x / sum, y / sum);
        })];
    }

    [Fact]
    public void Erasing_paints_one_rectangle_of_a_share_in_range()
    {
        var picture = TestPictures.Solid(64, 48, 10, 10, 10);
        var shares = new List<double>();
        for (var seed = 0; seed < Draws; seed++)
        {
            var erased = new AugmentationPipeline(new RandomErasing { Scale = new(0.1, 0.3), Ratio = new(0.5, 2), Colour = new(255, 0, 7) }).Apply(picture, 64, 48, new SeededRandom(seed));
            var places = (from y in Enumerable.Range(0, 48) from x in Enumerable.Range(0, 64) where erased.At(x, y) != (10, 10, 10) select (X: x, Y: y)).ToList();
            if (places.Count == 0)
                continue;
            var (width, height) = (places.Max(place => place.X) - places.Min(place => place.X) + 1, places.Max(place => place.Y) - places.Min(place => place.Y) + 1);
            Assert.Equal(width * height, places.Count);
            Assert.All(places, place => Assert.Equal((255, 0, 7), erased.At(place.X, place.Y)));
            Assert.InRange(height / (double)width, 0.5 - 0.1, 2 + 0.2);
            shares.Add(places.Count / (64.0 * 48));
        }
        Assert.InRange(shares.Count / (double)Draws, 0.44, 0.56);
        Assert.InRange(shares.Min(), 0.09, 0.12);
        Assert.InRange(shares.Max(), 0.28, 0.31);
    }

    [Fact]
    public void Erasing_without_a_colour_leaves_noise()
    {
        var erased = new AugmentationPipeline(new RandomErasing { Probability = 1, Scale = new(1, 1), Ratio = new(1, 1) }).Apply(TestPictures.Solid(64, 64, 0, 0, 0), 64, 64, new SeededRandom(1));
        Assert.InRange(erased.Pixels.Average(value => value), 122, 133);
        Assert.Equal(256, erased.Pixels.Distinct().Count());
    }

    [Fact]
    public void Jitter_stays_in_its_ranges_and_its_switches_work()
    {
        var grey = TestPictures.Solid(4, 4, 100, 100, 100);
        var levels = Levels(new ColourJitter { Brightness = 0.3, Contrast = 0, Saturation = 0, Hue = 0 });
        Assert.InRange(levels.Min(), 70, 72);
        Assert.InRange(levels.Max(), 128, 130);
        // A plain picture lies at its own mean, and grey has neither saturation nor hue.
        Assert.All(Levels(new ColourJitter { Brightness = 0, Contrast = 1, Saturation = 1, Hue = 0.5 }), level => Assert.Equal(100, level));
        Assert.Equal(Draws, levels.Count);
        var changed = Levels(new ColourJitter { Brightness = 1, Probability = 0.2 }).Count(level => level != 100);
        Assert.InRange(changed / (double)Draws, 0.15, 0.25);

        var colours = TestPictures.Scene(20, 20, 2, 2);
        Assert.Equal(colours.Pixels, new AugmentationPipeline(new ColourJitter { Brightness = 0, Contrast = 0, Saturation = 0, Hue = 0 }).Apply(colours, 20, 20, new SeededRandom(3)).Pixels);
        foreach (var only in new ColourJitter[] { new() { Contrast = 0, Saturation = 0, Hue = 0 }, new() { Brightness = 0, Saturation = 0, Hue = 0 }, new() { Brightness = 0, Contrast = 0, Hue = 0 }, new() { Brightness = 0, Contrast = 0, Saturation = 0 } })
            Assert.NotEqual(colours.Pixels, new AugmentationPipeline(only).Apply(colours, 20, 20, new SeededRandom(3)).Pixels);

        List<int> Levels(ColourJitter jitter) => [.. Enumerable.Range(0, Draws).Select(seed => (int)new AugmentationPipeline(jitter).Apply(grey, 4, 4, new SeededRandom(seed)).Pixels[0])];
    }

    [Fact]
    public void Shapes_are_chosen_as_their_names_say()
    {
        var wide = TestPictures.Draw(200, 100, "thirds", (x, _) => x is >= 50 and < 150 ? ((byte)255, (byte)255, (byte)255) : ((byte)90, (byte)0, (byte)0));
        var random = new SeededRandom(1);
        Assert.All(new AugmentationPipeline(new CentreCrop()).Apply(wide, 50, 50, random).Pixels, value => Assert.Equal(255, value));
        Assert.Equal((byte)90, new AugmentationPipeline(new Stretch()).Apply(wide, 50, 50, random).At(2, 25).Red);
        var boxed = new AugmentationPipeline(new Letterbox()) { Fill = new(1, 2, 3) }.Apply(wide, 50, 50, random);
        Assert.Equal((1, 2, 3), boxed.At(25, 5));
        Assert.Equal((255, 255, 255), boxed.At(25, 25));
        Assert.Equal((byte)90, boxed.At(3, 25).Red);
        Assert.Equal(wide.Crop(new PictureBox(60, 10, 80, 80)).Resize(50, 50).Pixels, new AugmentationPipeline(new CentreCrop { Zoom = 1.25 }).Apply(wide, 50, 50, random).Pixels);
    }

    [Fact]
    public void Properties_out_of_range_are_refused_with_their_names()
    {
        Assert.Contains("Scale", Assert.Throws<ArgumentOutOfRangeException>(() => new RandomResizedCrop { Scale = new(0, 1) }).Message, StringComparison.Ordinal);
        Assert.Contains("Scale", Assert.Throws<ArgumentOutOfRangeException>(() => new RandomErasing { Scale = new(0.1, 1.1) }).Message, StringComparison.Ordinal);
        Assert.Contains("Probability", Assert.Throws<ArgumentOutOfRangeException>(() => new RandomHorizontalFlip { Probability = 1.5 }).Message, StringComparison.Ordinal);
        Assert.Contains("Hue", Assert.Throws<ArgumentOutOfRangeException>(() => new ColourJitter { Hue = 0.6 }).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => new ColourJitter { Contrast = double.NaN });
        Assert.Throws<ArgumentOutOfRangeException>(() => new RandomCrop { Padding = -1 });
        Assert.Throws<ArgumentOutOfRangeException>(() => new RandomZoom { Factor = new(-1, 1) });
        Assert.Throws<ArgumentException>(() => new AugmentationRange(2, 1));
        Assert.Throws<ArgumentException>(() => new AugmentationRange(0, double.NaN));
    }

    private static List<PictureFrame> Frames(int width, int height, FrameAugmentation step)
        => [.. Enumerable.Range(0, Draws).Select(seed => step.Apply(PictureFrame.Whole(width, height, 32, 32), new SeededRandom(seed)))];

    private static bool IsShifted(Picture picture, Picture shifted, int right, int down)
    {
        for (var y = 0; y < picture.Height; y++)
        {
            for (var x = 0; x < picture.Width; x++)
            {
                var (fromX, fromY) = (x - right, y - down);
                var expected = fromX < 0 || fromY < 0 || fromX >= picture.Width || fromY >= picture.Height ? default : picture.At(fromX, fromY);
                if (shifted.At(x, y) != expected)
                    return false;
            }
        }
        return true;
    }
}
