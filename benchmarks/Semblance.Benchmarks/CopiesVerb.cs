using System.Globalization;
using Semblance.Benchmarks.Figures;
using Semblance.Benchmarks.Pictures;
using Semblance.Imaging;
using Semblance.Numerics;

namespace Semblance.Benchmarks;

/// <summary>
/// How often a search by an altered copy has the original first. One kind of copy at a time is put into a gallery of photos,
/// as many as <c>--take</c> says; each copy is asked for by its path and by its id, itself left out of the answer, so that the
/// other copies, which are alike in what was done to them, are there to lead the search astray. Last come boxes of the
/// originals, as <c>--box</c> gives them, in the gallery without copies.
/// </summary>
internal sealed class CopiesVerb : IBenchmarkVerb
{
    private static readonly double[] s_boxes = [0.75, 0.5];

    public string Name => "copies";

    public string Summary => "original first among photos and altered copies (--pictures DIR[,DIR] [--take 24] [--rounds 1] [--seed S] [--threads T] [--kind NAME])";

    public int Run(string[] args)
    {
        var arguments = new VerbArguments(args, "--pictures", "--take", "--rounds", "--seed", "--threads", "--kind");
        var take = arguments.Number("--take", 24);
        var rounds = arguments.Number("--rounds", 1);
        var seed = arguments.Number("--seed", 1);
        var options = new GalleryOptions { Threads = arguments.Number("--threads", Environment.ProcessorCount) };
        var photos = PictureSelection.Of(arguments.Required("--pictures"), int.MaxValue);
        if (photos.Count < take * rounds)
            throw new VerbUsageException($"{rounds} rounds of {take} originals need {take * rounds} photos; there are {photos.Count}.");
        var kinds = PictureAlteration.All.Where(kind => arguments.Text("--kind") is not { } only || kind.Name == only).ToArray();
        if (kinds.Length == 0)
            throw new VerbUsageException($"--kind is one of: {string.Join(", ", PictureAlteration.All.Select(kind => kind.Name))}.");

        using var folder = new TemporaryFolder();
        var plain = folder.Combine("photos");
        PictureSelection.CopyTo(photos, plain);
        var originals = Directory.GetFiles(plain).Order(StringComparer.Ordinal).ToArray();
        var galleryFolder = folder.Combine("gallery");
        var table = new FigureTable(Name);
        using (var gallery = Gallery.Open(galleryFolder, options))
        {
            gallery.IngestAsync(plain).GetAwaiter().GetResult();
            table.Condition("model", gallery.Space!.Model);
            table.Condition("photos", originals.Length);
            table.Condition("copies", take);
            table.Condition("seed", seed);
        }
        new SeededRandom(seed).Shuffle(originals.AsSpan());
        var chosen = Enumerable.Range(0, rounds).Select(round => originals[(round * take)..((round + 1) * take)]).ToArray();
        var unit = string.Create(CultureInfo.InvariantCulture, $"of {take}");
        foreach (var kind in kinds)
        {
            var firsts = chosen.Select((round, number) => WithCopies(folder, galleryFolder, options, kind, round, seed + number)).ToArray();
            table.Add($"{kind.Name}, by path", firsts.Select(first => (double)first.ByPath), unit);
            table.Add($"{kind.Name}, by id", firsts.Select(first => (double)first.ById), unit);
        }
        using (var gallery = Gallery.Open(galleryFolder, options))
        {
            foreach (var part in s_boxes)
                table.Add(string.Create(CultureInfo.InvariantCulture, $"box of {100 * part} % of each side"), chosen.Select((round, number) => (double)ByBox(gallery, round, part, seed + number)), unit);
        }
        table.Print(arguments.Json);
        return 0;
    }

    private static (int ByPath, int ById) WithCopies(TemporaryFolder folder, string galleryFolder, GalleryOptions options, PictureAlteration kind, string[] originals, int seed)
    {
        var (copies, copyGallery) = (folder.Combine("copies"), folder.Combine("gallery-with-copies"));
        Directory.CreateDirectory(copies);
        try
        {
            var random = new SeededRandom(seed);
            var files = originals.Select((original, number) => Save(kind.Apply(Decoded(original), random), kind.Quality, Path.Combine(copies, $"copy-{number:00}.jpg"))).ToArray();
            using (var gallery = Gallery.Open(galleryFolder, options))
                gallery.Snapshot(folder.Combine("snapshot"));
            Gallery.Restore(folder.Combine("snapshot"), copyGallery);
            using var together = Gallery.Open(copyGallery, options);
            together.IngestAsync(copies).GetAwaiter().GetResult();
            var ids = together.Items().ToDictionary(item => item.Path, item => item.Id, StringComparer.Ordinal);
            var (byPath, byId) = (0, 0);
            for (var i = 0; i < files.Length; i++)
            {
                byPath += IsFirst(together, Query.From(files[i]), files[i], originals[i]);
                byId += IsFirst(together, Query.FromId(ids[files[i]]), files[i], originals[i]);
            }
            return (byPath, byId);
        }
        finally
        {
            Directory.Delete(copies, recursive: true);
            File.Delete(folder.Combine("snapshot"));
            if (Directory.Exists(copyGallery))
                Directory.Delete(copyGallery, recursive: true);
        }
    }

    private static int ByBox(Gallery gallery, string[] originals, double part, int seed)
    {
        var random = new SeededRandom(seed);
        return originals.Sum(original =>
        {
            var picture = Decoded(original);
            return IsFirst(gallery, Query.From(original, PictureAlteration.RandomBox(picture.Width, picture.Height, part, random)), null, original);
        });
    }

    /// <param name="leftOut">The query itself, where the gallery holds it.</param>
    private static int IsFirst(Gallery gallery, Query query, string? leftOut, string original)
    {
        var hits = gallery.SearchAsync(query, k: 2).GetAwaiter().GetResult();
        return hits.FirstOrDefault(hit => hit.Path != leftOut)?.Path == original ? 1 : 0;
    }

    private static Picture Decoded(string file) => PictureDecoder.Shared.DecodeFile(file).Picture ?? throw new InvalidOperationException($"'{file}' does not decode any more.");

    private static string Save(Picture picture, int quality, string file)
    {
        File.WriteAllBytes(file, PictureEncoder.Encode(picture, PictureFormat.Jpeg, quality));
        return file;
    }
}
