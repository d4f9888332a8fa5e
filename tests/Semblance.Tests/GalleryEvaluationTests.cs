using Semblance.Evaluation;
using Semblance.Features;
using Semblance.Imaging;
using Semblance.Numerics;
using Semblance.Testing;
using Xunit;

namespace Semblance.Tests;

public sealed class GalleryEvaluationTests : IDisposable
{
    private static readonly EvaluationOptions s_quick = new() { BootstrapSamples = 50, Clustering = false };

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    /// <summary>One-coloured pictures: red, green and blue by class, each of another brightness.</summary>
    private string Save(string name, int red, int green, int blue)
    {
        var pixels = new byte[40 * 30 * 3];
        for (var i = 0; i < pixels.Length; i += 3)
            (pixels[i], pixels[i + 1], pixels[i + 2]) = ((byte)red, (byte)green, (byte)blue);
        var path = _folder[name];
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, PictureEncoder.Encode(new Picture(40, 30, pixels, new PictureFacts("png", 40, 30)), PictureFormat.Png));
        return path;
    }

    /// <summary>A gallery whose searched vectors are given by angle in degrees; its embedder is raw pixels.</summary>
    private GalleryEvaluation Gallery(IReadOnlyList<string> paths, params double[] angles)
    {
        var items = paths.Select((path, i) => Items.Make(i + 1, path)).ToArray();
        var vectors = Matrix.FromRows([.. angles.Select(angle => new[] { (float)Math.Cos(angle * Math.PI / 180), (float)Math.Sin(angle * Math.PI / 180) })]);
        return new GalleryEvaluation(() => items, () => [_folder.Path], _ => ([.. items.Select(item => item.Id)], vectors), () => throw new InvalidOperationException("No picture was to be embedded."), (raw, _) => raw);
    }

    [Fact]
    public void Leave_one_out_by_folder_names()
    {
        // Nearest of 30° is 35° (wrong class); the others find their own.
        var evaluation = Gallery(["/g/cat/1.jpg", "/g/cat/2.jpg", "/g/cat/3.jpg", "/g/dog/1.jpg", "/g/dog/2.jpg"], 0, 5, 30, 35, 38);
        var result = evaluation.Run(new GalleryEvaluationOptions { Evaluation = s_quick });
        Assert.Equal("leave-one-out", result.Report.Protocol);
        Assert.Equal(5, result.Report.Queries);
        Assert.Equal(0.8, result.Report.Metrics["cmc@1"].Value, 10);
        Assert.Equal("cat", result.Report.Worst[0].Class);
        Assert.Equal("dog", result.Report.Worst[0].MostConfusedWith);
        Assert.Empty(result.Notes);
        Assert.Empty(result.Baselines);
    }

    [Fact]
    public void Labels_from_a_file_by_path_or_id_replace_the_folders()
    {
        string[] paths = [Save("a,b.png", 1, 1, 1), Save("c.png", 1, 1, 1), Save("sub/d.png", 1, 1, 1), Save("e.png", 1, 1, 1)];
        var evaluation = Gallery(paths, 0, 1, 50, 51);
        File.WriteAllText(_folder["labels.csv"], $"path,label\n\"a,b.png\",x\nc.png,x\n{paths[2]},y\n");
        var byPath = evaluation.Run(new GalleryEvaluationOptions { Labels = _folder["labels.csv"], Evaluation = s_quick });
        Assert.Equal((2, 1), (byPath.Report.Queries, byPath.Report.LoneQueries));
        Assert.Equal(1, byPath.Report.Metrics["cmc@1"].Value, 10);
        Assert.StartsWith("1 of 4 pictures have no label", Assert.Single(byPath.Notes), StringComparison.Ordinal);

        File.WriteAllText(_folder["ids.csv"], "\uFEFFid,label\r\n1,x\r\n2,y\r\n3,x\r\n4,y\r\n");
        var byId = evaluation.Run(new GalleryEvaluationOptions { Labels = _folder["ids.csv"], Evaluation = s_quick });
        Assert.Equal(0, byId.Report.Metrics["cmc@1"].Value, 10);
    }

    [Fact]
    public void Pictures_with_several_labels_are_alike_when_they_share_one()
    {
        var evaluation = Gallery(["/1", "/2", "/3", "/4"], 0, 1, 50, 51);
        File.WriteAllText(_folder["l.csv"], "id,label\n1,sea|sky\n2,sky|sand\n3,tree\n4,sea\n");
        var report = evaluation.Run(new GalleryEvaluationOptions { Labels = _folder["l.csv"], Evaluation = s_quick }).Report;
        // 1 and 2 find each other; 4's nearest is 3, which shares nothing; 3 is alone.
        Assert.Equal((3, 1), (report.Queries, report.LoneQueries));
        Assert.Equal(2.0 / 3, report.Metrics["cmc@1"].Value, 10);
    }

    [Theory]
    [InlineData("", "line 1: the file is empty")]
    [InlineData("file;label\n", "line 1: the header must be path,label or id,label and is \"file;label\"")]
    [InlineData("path,label\na.png\n", "line 2: 1 fields where 2 were expected")]
    [InlineData("path,label\na.png,x\n\n,y\n", "line 4, field path: it is empty")]
    [InlineData("path,label\na.png, | \n", "line 2, field label: it is empty")]
    [InlineData("path,label\na.png,x\na.png,y\n", "line 3, field path: \"a.png\" has a label already")]
    [InlineData("id,label\nx7,y\n", "line 2, field id: \"x7\" is not a number")]
    [InlineData("id,label\n7,y\n7,y\n", "line 3, field id: 7 has a label already")]
    [InlineData("id,label\n7,\"y\n", "line 2: a quotation mark is not closed")]
    public void A_mistake_in_the_labels_is_named_by_line_and_field(string csv, string message)
    {
        File.WriteAllText(_folder["l.csv"], csv);
        var error = Assert.Throws<GalleryException>(() => Gallery(["/1"], 0).Run(new GalleryEvaluationOptions { Labels = _folder["l.csv"] }));
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
        Assert.StartsWith(_folder["l.csv"], error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_cannot_be_measured_is_refused_in_words()
    {
        var evaluation = Gallery(["/g/cat/1.jpg", "/g/dog/1.jpg"], 0, 5);
        Assert.Contains("at least two items", Assert.Throws<GalleryException>(() => evaluation.Run(new GalleryEvaluationOptions())).Message, StringComparison.Ordinal);
        Assert.Contains("cannot be read", Assert.Throws<GalleryException>(() => evaluation.Run(new GalleryEvaluationOptions { Labels = _folder["none.csv"] })).Message, StringComparison.Ordinal);
        Assert.Contains("folder of query pictures", Assert.Throws<GalleryException>(() => evaluation.Run(new GalleryEvaluationOptions { Protocol = EvaluationProtocol.QueryGallery })).Message, StringComparison.Ordinal);
        Assert.Contains("There is no folder", Assert.Throws<GalleryException>(() => evaluation.Run(new GalleryEvaluationOptions { Protocol = EvaluationProtocol.QueryGallery, Queries = _folder["none"] })).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Queries_are_embedded_and_projected_like_the_gallery_and_baselines_stand_beside()
    {
        string[] paths = [Save("g/red/1.png", 200, 10, 10), Save("g/red/2.png", 250, 0, 0), Save("g/green/1.png", 0, 220, 0), Save("g/blue/1.png", 0, 0, 240)];
        Save("q/red/1.png", 220, 0, 0);
        Save("q/green/1.png", 10, 250, 10);
        Save("q/pink/1.png", 255, 200, 200);
        File.WriteAllText(_folder["q/red/broken.jpg"], "no picture");
        using var pixels = new RawPixels();
        var raw = pixels.Embed([.. paths.Select(path => PictureDecoder.Shared.DecodeFile(path).Picture!)]);
        var items = paths.Select((path, i) => Items.Make(i + 1, path)).ToArray();
        var projected = 0;
        var evaluation = new GalleryEvaluation(() => items, () => [], _ => ([.. items.Select(item => item.Id)], raw), () => pixels, (queries, _) =>
        {
            projected += queries.Rows;
            return queries;
        });
        var result = evaluation.Run(new GalleryEvaluationOptions { Protocol = EvaluationProtocol.QueryGallery, Queries = _folder["q"], Baselines = true, Evaluation = s_quick });
        Assert.Equal(3, projected);
        Assert.Equal(("query-gallery", 2, 4, 1), (result.Report.Protocol, result.Report.Queries, result.Report.Gallery, result.Report.LoneQueries));
        Assert.Equal(1, result.Report.Metrics["cmc@1"].Value, 10);
        Assert.Equal(["hsv", "pixels"], result.Baselines.Keys.Order());
        Assert.Equal(result.Report.Metrics["map"].Value, result.Baselines["pixels"].Metrics["map"].Value, 10);
        Assert.Contains("broken.jpg", result.Notes[0], StringComparison.Ordinal);
        Assert.Equal(2, result.Baselines["hsv"].Queries);
    }

    [Fact]
    public void Pairs_are_found_by_path_and_by_id()
    {
        string[] paths = [Save("a.png", 250, 0, 0), Save("b.png", 240, 0, 0), Save("c.png", 0, 250, 0)];
        var evaluation = Gallery(paths, 0, 5, 60);
        File.WriteAllText(_folder["pairs.csv"], $"a.png,b.png,1\n{paths[0]},id:3,0\nid:2,id:3,0\n");
        var options = new GalleryEvaluationOptions { Protocol = EvaluationProtocol.Pairs, Pairs = _folder["pairs.csv"], Baselines = true, Evaluation = s_quick };
        var result = evaluation.Run(options);
        Assert.Equal(("pairs", 3, 1.0), (result.Report.Protocol, result.Report.Queries, result.Report.Metrics["auc"].Value));
        Assert.Equal(1, result.Baselines["pixels"].Metrics["auc"].Value);
        File.AppendAllText(_folder["pairs.csv"], "a.png,id:9,0\n");
        Assert.Contains("\"id:9\" is not a picture of the gallery", Assert.Throws<GalleryException>(() => evaluation.Run(options)).Message, StringComparison.Ordinal);
    }
}
