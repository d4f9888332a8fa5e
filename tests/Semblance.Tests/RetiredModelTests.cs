using Microsoft.Data.Sqlite;
using Semblance.Evaluation;
using Semblance.Testing;
using Xunit;

namespace Semblance.Tests;

/// <summary>A gallery of a model that only earlier versions have: it answers by what it holds until it is moved to another.</summary>
public sealed class RetiredModelTests : IDisposable
{
    private const string Retired = "mobilenet-nanodet";

    private readonly SmallGallery _small = new();

    public void Dispose() => _small.Dispose();

    [Fact]
    public async Task It_answers_by_its_own_pictures_and_refuses_others_with_the_model_that_helps()
    {
        await MakeAsync();
        var stranger = _small.Write("later.png", PictureBytes.Png(TestPictures.Scene(48, 40, 1, 77)));
        using var gallery = Gallery.Open(_small.Folder);
        Assert.Equal("resnet18", gallery.UpgradeModel);

        Assert.Equal(11, (await gallery.SimilarAsync(1, 20)).Count);
        Assert.All(await gallery.SearchAsync(Query.FromId(1) with { Where = "tag:kept" }), hit => Assert.Contains(hit.Id, new long[] { 2, 3 }));
        // A file whose bytes it knows is one of its own pictures.
        Assert.NotEmpty(await gallery.SearchAsync(Query.From(Path.Combine(_small.Pictures, "c0", "p0.jpg"))));
        Assert.NotNull(new DuplicateFinder(gallery).Find(DuplicateMethod.Embedding));
        Assert.NotEmpty(new TagSuggester(gallery).Suggest());
        Assert.Equal(12, new GalleryEvaluation(gallery).Run(new GalleryEvaluationOptions { Evaluation = new EvaluationOptions { BootstrapSamples = 0 } }).Report.Queries);
        Assert.True(gallery.Verify().Ok);
        Assert.Equal(12, gallery.Status().Pictures);
        gallery.Snapshot(_small["snapshot.db"]);

        var refusals = new List<GalleryRefusedException>
        {
            await Assert.ThrowsAsync<GalleryRefusedException>(() => gallery.IngestAsync(_small.Pictures)),
            await Assert.ThrowsAsync<GalleryRefusedException>(() => gallery.IngestAsync(_small.Pictures, new IngestOptions { DryRun = true })),
            await Assert.ThrowsAsync<GalleryRefusedException>(() => gallery.SearchAsync(Query.From(stranger))),
        };
        using var watcher = new GalleryWatcher(gallery, [_small.Pictures]);
        refusals.Add(await Assert.ThrowsAsync<GalleryRefusedException>(() => watcher.RunAsync(_ => { }, TestContext.Current.CancellationToken)));
        Assert.All(refusals, refusal => Assert.Equal((GalleryError.RetiredModel, _small.Folder, "resnet18"), (refusal.Error, refusal.Details["folder"], refusal.Details["asked"])));
        Assert.Equal(12, gallery.Store.CountItems());
    }

    [Fact]
    public async Task Reindex_moves_it_to_another_model_with_its_tags_and_shows_progress()
    {
        await MakeAsync();
        using var gallery = Gallery.Open(_small.Folder);
        var stages = new List<string>();
        var progress = new ImmediateProgress(seen =>
        {
            lock (stages)
                stages.Add($"{seen.Stage} {seen.Total}");
        });

        var report = await gallery.ReindexAsync("pixels", new IngestOptions { Progress = progress });

        Assert.Equal((12, 0), (report.Added, report.Failed));
        Assert.Contains("embed 12", stages);
        Assert.Null(gallery.UpgradeModel);
        Assert.Equal("pixels", gallery.Space!.Model);
        Assert.Equal([2, 3], gallery.Store.AllTags().Where(pair => pair.Value.Contains("kept")).Select(pair => pair.Key).Order());
        _small.Write("later.png", PictureBytes.Png(TestPictures.Scene(48, 40, 1, 77)));
        Assert.Equal(1, (await gallery.IngestAsync(_small.Pictures)).Added);
    }

    /// <summary>Twelve pictures, two of them tagged, whose vectors are said to be of the retired model.</summary>
    private async Task MakeAsync()
    {
        _small.Fill();
        using (var gallery = _small.Open())
        {
            await gallery.IngestAsync(_small.Pictures);
            gallery.Store.AddTags([2, 3], ["kept"]);
        }
        using var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = Path.Combine(_small.Folder, "gallery.db"), Pooling = false }.ToString());
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = "UPDATE spaces SET model = $model, sha256 = $sha256";
        command.Parameters.AddWithValue("$model", Retired);
        command.Parameters.AddWithValue("$sha256", new string('a', 64));
        Assert.Equal(1, command.ExecuteNonQuery());
    }

    private sealed class ImmediateProgress(Action<IngestProgress> seen) : IProgress<IngestProgress>
    {
        public void Report(IngestProgress value) => seen(value);
    }
}
