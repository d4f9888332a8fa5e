using Semblance.Cli.Frame;
using Xunit;

namespace Semblance.Cli.Tests;

public sealed class RemedyTests
{
    private static GalleryException Failure(GalleryError error, params (string Name, string Value)[] details) =>
        new("What is wrong.") { Error = error, Details = details.ToDictionary(detail => detail.Name, detail => detail.Value) };

    [Fact]
    public void The_flag_is_added_where_it_was_given_and_where_another_gallery_is_meant()
    {
        var failure = Failure(GalleryError.NoGallery, ("folder", "/g/.semblance"));
        Assert.Equal("'semblance index DIR' makes one.", Remedies.For(null, "/g/.semblance", failure).Of(failure));
        Assert.Equal("'semblance index DIR --gallery photos' makes one.", Remedies.For("photos", "/home/galleries/photos", failure).Of(failure));
        Assert.Equal("'semblance index DIR --gallery \"my photos\"' makes one.", Remedies.For("my photos", "/g/my photos", failure).Of(failure));
        // The demo opens a gallery that no flag named.
        Assert.Equal("'semblance index DIR --gallery /g/semblance-demo' makes one.", Remedies.For(null, "/g/.semblance", Failure(GalleryError.NoGallery, ("folder", "/g/semblance-demo"))).Of(Failure(GalleryError.NoGallery)));
    }

    [Fact]
    public void Another_model_is_switched_by_name() =>
        Assert.Equal("'semblance reindex --model pixels' switches it.", Remedies.Plain.Of(Failure(GalleryError.OtherModel, ("model", "hsv"), ("asked", "pixels"))));

    [Fact]
    public void A_failure_whose_sentence_says_all_gets_nothing_added()
    {
        Assert.Null(Remedies.Plain.Of(new GalleryException("What is wrong.")));
        Assert.Null(Remedies.Plain.Of(new IOException("What is wrong.")));
        // Data that the remedy needs may be missing; then nothing wrong is said.
        Assert.Null(Remedies.Plain.Of(Failure(GalleryError.OtherModel)));
    }

    [Fact]
    public void Failed_files_are_spoken_of_once_a_kind()
    {
        Assert.Single(Remedies.OfFailedFiles(["too-large", "too-large", "broken"]));
        Assert.Single(Remedies.OfFailedFiles(["unsupported", "not-a-picture"]));
        Assert.Empty(Remedies.OfFailedFiles(["broken", "truncated"]));
    }

    [Fact]
    public async Task A_model_that_is_not_there_is_answered_with_the_commands_that_help()
    {
        using var command = new CommandLine();
        var result = await command.RunAsync("models", "show", "nowhere");
        Assert.Equal(2, result.Code);
        Assert.Contains("There is no model 'nowhere'", result.Error, StringComparison.Ordinal);
        Assert.EndsWith("'semblance models' lists them, 'semblance models add' adds one.\n", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task With_debug_the_failure_is_also_there_as_data()
    {
        using var command = new CommandLine();
        var result = await command.RunAsync("models", "show", "nowhere", "--debug");
        Assert.Contains("{\"code\":\"no-model\",\"message\":\"There is no model 'nowhere'", result.Error, StringComparison.Ordinal);
        Assert.Contains("\"details\":{\"model\":\"nowhere\"}}", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Pictures_that_are_too_large_are_answered_with_the_flag()
    {
        using var command = new CommandLine();
        command.WriteScene("pictures/a.jpg", 0, 1, side: 200);
        await File.WriteAllTextAsync(command["pictures/b.jpg"], "no picture");
        var result = await command.RunAsync("index", "pictures", "--model", "pixels", "--max-megapixels", "0.01");
        Assert.Contains("raise the limit", result.Error, StringComparison.Ordinal);
        Assert.Contains("--max-megapixels N raises the limit", result.Error, StringComparison.Ordinal);
        Assert.Contains("'semblance formats' lists", result.Error, StringComparison.Ordinal);
    }
}
