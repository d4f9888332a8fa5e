using Semblance.Imaging;
using Semblance.Testing;
using Xunit;

namespace Semblance.Tests;

public sealed class GalleryFactsTests
{
    private static byte[] Photo(int seed, Action<ExifBlock> fill)
    {
        var block = new ExifBlock();
        fill(block);
        return TestExif.IntoJpeg(PictureBytes.Jpeg(TestPictures.Scene(48, 40, 1, seed)), block.ToArray());
    }

    private static GalleryItem Only(Gallery gallery) => Assert.Single(gallery.Store.Items());

    private static string[] Sidecars(Gallery gallery, long id) =>
        [.. gallery.Store.AllSidecars().GetValueOrDefault(id, []).Select(sidecar => Path.GetFileName(sidecar.Path))];

    [Fact]
    public async Task What_a_picture_says_is_stored_found_and_kept()
    {
        using var small = new SmallGallery();
        small.Write("a.jpg", Photo(1, block =>
        {
            block.Exif.Text(0x9003, "2020:05:17 23:59:59");
            block.Exif.Text(0x9291, "125");
            block.Exif.Text(0x9011, "-03:30");
            block.Exif.Rationals(0x829A, (1, 250));
            block.Exif.Rationals(0x829D, (28, 10));
            block.Exif.Short(0x8827, 800);
            block.Exif.Rationals(0x920A, (85, 1));
            block.Exif.Text(0xA434, "RF85mm F1.2 L USM");
            block.Main.Text(0x0110, "EOS R5");
            block.Main.Text(0x010E, "On the hill");
            block.Main.Short(0x4746, 4);
            block.At(48.858222, 2.2945, 35.5);
        }));
        small.Write("b.jpg", Photo(2, block => block.Main.Text(0x0132, "2019:01:01 00:00:00")));
        using (var gallery = small.Open())
            await gallery.IngestAsync(small.Pictures);
        using var reopened = small.Open();
        var photo = reopened.Store.ItemByPath(Path.Combine(small.Pictures, "a.jpg"))!.Photo;
        Assert.Equal(new DateTime(2020, 5, 17, 23, 59, 59).AddMilliseconds(125), photo.Taken);
        Assert.Equal(TimeSpan.FromHours(-3.5), photo.TakenOffset);
        Assert.Equal(("EOS R5", "RF85mm F1.2 L USM", "On the hill"), (photo.Camera, photo.Lens, photo.Description));
        Assert.Equal((800, 0.004, 2.8, 85, 4), (photo.Iso, photo.ExposureTime, photo.Aperture, photo.FocalLength, photo.Rating));
        Assert.Equal(35.5, photo.Location!.Value.Altitude);
        var hit = Assert.Single(await reopened.SearchAsync(Query.FromId(2) with { Where = "near:48.86,2.29,1km iso:800 rating:>3 date:2020-05-17" }));
        Assert.EndsWith("a.jpg", hit.Path, StringComparison.Ordinal);
        Assert.Equal(0, reopened.Status().OutdatedFacts);
    }

    [Fact]
    public async Task Sidecars_belong_to_their_picture_and_are_no_failures()
    {
        using var small = new SmallGallery();
        var picture = small.Write("IMG_1.jpg", Photo(1, _ => { }));
        small.Write("IMG_1.MOV", [0, 0, 0, 20, .. "ftypqt  "u8, 0, 0, 0, 0, .. "qt  "u8]);
        small.Write("IMG_1.jpg.xmp", TestXmp.Packet("xmp:Rating=\"3\""));
        small.Write("IMG_1.jpg.supplemental-metad.json", """{ "photoTakenTime": { "timestamp": "1595167200" }, "geoData": { "latitude": 45.5, "longitude": 9.5 } }"""u8.ToArray());
        small.Write("notes.json", "{}"u8.ToArray());
        // Those of another folder are another picture's.
        small.Write("below/IMG_1.xmp", TestXmp.Packet("xmp:Rating=\"5\""));
        using var gallery = small.Open();
        var report = await gallery.IngestAsync(small.Pictures);
        Assert.Equal((1, 0), (report.Added, report.Failed));
        var item = Only(gallery);
        Assert.Equal(["IMG_1.MOV", "IMG_1.jpg.supplemental-metad.json", "IMG_1.jpg.xmp"], Sidecars(gallery, item.Id));
        Assert.Equal((3, new GeoPoint(45.5, 9.5)), (item.Photo.Rating!.Value, item.Photo.Location!.Value));
        Assert.Equal(2020, item.Taken!.Value.Year);

        // They move along when the picture is renamed with them, and stay behind when it is not.
        foreach (var name in new[] { "IMG_1.jpg", "IMG_1.jpg.xmp" })
            File.Move(Path.Combine(small.Pictures, name), Path.Combine(small.Pictures, name.Replace("IMG_1", "lake", StringComparison.Ordinal)));
        Assert.Equal(1, (await gallery.IngestAsync(small.Pictures)).Renamed);
        item = Only(gallery);
        Assert.Equal("lake.jpg", Path.GetFileName(item.Path));
        Assert.Equal(["lake.jpg.xmp"], Sidecars(gallery, item.Id));
        Assert.Equal((3, null, null), (item.Photo.Rating, item.Photo.Location, item.Taken));
        Assert.False(File.Exists(picture));
    }

    [Fact]
    public async Task A_changed_a_new_and_a_vanished_sidecar_are_noticed_without_embedding()
    {
        using var small = new SmallGallery();
        small.Write("a.jpg", Photo(1, block => block.Main.Short(0x4746, 1)));
        small.Write("b.jpg", Photo(2, _ => { }));
        using var gallery = small.Open();
        await gallery.IngestAsync(small.Pictures);
        var changes = gallery.Store.Version.Changes;

        async Task<(long, long, long, int?)> Run()
        {
            var report = await gallery.IngestAsync(small.Pictures);
            Assert.Equal(0, report.ImagesPerSecond);
            Assert.Equal(changes, gallery.Store.Version.Changes);
            return (report.Updated, report.Unchanged, report.FactsRead, gallery.Store.ItemByPath(Path.Combine(small.Pictures, "a.jpg"))!.Photo.Rating);
        }

        var sidecar = small.Write("a.xmp", TestXmp.Packet("xmp:Rating=\"4\""));
        var dry = await gallery.IngestAsync(small.Pictures, new IngestOptions { DryRun = true });
        Assert.Equal((1, 1, 0), (dry.Updated, dry.Unchanged, dry.FactsRead));
        Assert.Equal((1, 1, 1, 4), await Run());
        Assert.Equal((0, 2, 0, 4), await Run());
        small.Write("a.xmp", TestXmp.Packet("xmp:Rating=\"5\" xmp:CreateDate=\"2020\""));
        Assert.Equal((1, 1, 1, 5), await Run());
        File.Delete(sidecar);
        Assert.Equal((1, 1, 1, 1), await Run());
        Assert.Equal((0, 2, 0, 1), await Run());
    }

    [Fact]
    public async Task A_copy_has_sidecars_of_its_own()
    {
        using var small = new SmallGallery();
        var bytes = Photo(1, block => block.Exif.Short(0x8827, 200));
        small.Write("a.jpg", bytes);
        small.Write("a.xmp", TestXmp.Packet("xmp:Rating=\"4\""));
        using var gallery = small.Open();
        await gallery.IngestAsync(small.Pictures);
        small.Write("b.jpg", bytes);
        await gallery.IngestAsync(small.Pictures);
        var copy = gallery.Store.ItemByPath(Path.Combine(small.Pictures, "b.jpg"))!;
        Assert.Equal((200, null), (copy.Photo.Iso, copy.Photo.Rating));
        Assert.Empty(Sidecars(gallery, copy.Id));
    }

    [Fact]
    public async Task A_format_that_says_nothing_before_it_is_decoded_keeps_its_facts_when_a_sidecar_changes()
    {
        using var small = new SmallGallery();
        var block = new ExifBlock();
        block.Exif.Short(0x8827, 640);
        small.Write("a.psd", SecondBytes.WithExif(SecondBytes.Psd(TestPictures.Scene(48, 40, 1, 1)), block.ToArray()));
        using var gallery = small.Open();
        Assert.Equal(1, (await gallery.IngestAsync(small.Pictures)).Added);
        Assert.Equal(new PhotoFacts { Iso = 640 }, Only(gallery).Photo);
        small.Write("a.xmp", TestXmp.Packet("xmp:Rating=\"4\""));
        Assert.Equal((1, 0), await gallery.IngestAsync(small.Pictures) is var report ? (report.FactsRead, report.ImagesPerSecond) : default);
        Assert.Equal(new PhotoFacts { Iso = 640, Rating = 4 }, Only(gallery).Photo);
    }

    [Fact]
    public async Task Of_a_picture_that_cannot_be_read_again_stays_what_is_known()
    {
        using var small = new SmallGallery();
        var picture = small.Write("a.jpg", Photo(1, block => block.Exif.Short(0x8827, 200)));
        using var gallery = small.Open();
        await gallery.IngestAsync(small.Pictures);
        var (size, modified) = (new FileInfo(picture).Length, File.GetLastWriteTimeUtc(picture));
        File.WriteAllBytes(picture, new byte[size]);
        File.SetLastWriteTimeUtc(picture, modified);
        small.Write("a.xmp", TestXmp.Packet("xmp:Rating=\"4\""));
        Assert.Equal(0, (await gallery.IngestAsync(small.Pictures)).FactsRead);
        Assert.Equal(new PhotoFacts { Iso = 200 }, Only(gallery).Photo);
    }

    [Fact]
    public async Task A_hostile_sidecar_costs_nothing()
    {
        using var small = new SmallGallery();
        small.Write("a.jpg", Photo(1, block => block.Exif.Short(0x8827, 200)));
        small.Write("a.xmp", """<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c SYSTEM "file:///etc/passwd">]><l>&b;&c;</l>"""u8.ToArray());
        small.Write("a.json", new byte[1 << 20]);
        using var gallery = small.Open();
        Assert.Equal((1, 0), await gallery.IngestAsync(small.Pictures) is var report ? (report.Added, report.Failed) : default);
        Assert.Equal(new PhotoFacts { Iso = 200 }, Only(gallery).Photo);
    }
}
