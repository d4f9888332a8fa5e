using Microsoft.Extensions.AI;
using Semblance.Imaging;
using Xunit;

namespace Semblance.Features.Tests;

public sealed class PictureEmbeddingGeneratorTests : IDisposable
{
    private readonly RawPixels _embedder = new();
    private readonly PictureEmbeddingGenerator _generator;

    public PictureEmbeddingGeneratorTests() => _generator = new PictureEmbeddingGenerator(_embedder, leaveOpen: true);

    public void Dispose()
    {
        _generator.Dispose();
        _embedder.Dispose();
    }

    [Fact]
    public async Task Gives_the_embedders_vectors_in_the_order_of_the_inputs()
    {
        // More than one group.
        var pictures = Enumerable.Range(0, 40).Select(i => DrawnPictures.Blobs(i, 64, 48)).ToArray();

        var embeddings = await _generator.GenerateAsync(pictures.Select(Content));

        Assert.Equal(40, embeddings.Count);
        var expected = _embedder.Embed(pictures);
        for (var i = 0; i < 40; i++)
        {
            Assert.Equal(expected.Row(i), embeddings[i].Vector.Span);
            Assert.Equal("pixels", embeddings[i].ModelId);
        }
        Assert.Empty(await _generator.GenerateAsync([]));
    }

    [Fact]
    public async Task The_bytes_say_what_a_picture_is_and_the_media_type_does_not()
    {
        var picture = DrawnPictures.Blobs(3, 64, 48);
        var png = PictureEncoder.Encode(picture, PictureFormat.Png);
        var expected = _embedder.Embed([picture]).Row(0).ToArray();
        // The argument wins over the data URI's own type, and both may be wrong.
        DataContent[] inputs =
        [
            new(png, "image/jpeg"),
            new(png, "text/plain"),
            new("data:image/webp;base64," + Convert.ToBase64String(png)),
            new("data:image/png;base64," + Convert.ToBase64String(png), "application/pdf"),
        ];
        Assert.All(await _generator.GenerateAsync(inputs), embedding => Assert.Equal(expected, embedding.Vector.ToArray()));
    }

    [Fact]
    public async Task A_faulty_input_is_named()
    {
        DataContent[] inputs = [Content(DrawnPictures.Blobs(1)), new DataContent(new byte[] { 1, 2, 3 }, "image/png") { Name = "broken.png" }];
        var failure = await Assert.ThrowsAsync<InvalidDataException>(() => _generator.GenerateAsync(inputs));
        Assert.Contains("Input 1 (broken.png, 3 bytes)", failure.Message);
    }

    [Fact]
    public async Task Options_it_cannot_meet_are_refused_and_cancelling_is_heard()
    {
        DataContent[] inputs = [Content(DrawnPictures.Blobs(1))];
        Assert.Contains("not 5", (await Assert.ThrowsAsync<ArgumentException>(() => _generator.GenerateAsync(inputs, new EmbeddingGenerationOptions { Dimensions = 5 }))).Message);
        Assert.Contains("not 'other'", (await Assert.ThrowsAsync<ArgumentException>(() => _generator.GenerateAsync(inputs, new EmbeddingGenerationOptions { ModelId = "other" }))).Message);
        Assert.Single(await _generator.GenerateAsync(inputs, new EmbeddingGenerationOptions { ModelId = "pixels", Dimensions = _embedder.Description.Dimension }));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _generator.GenerateAsync(inputs, cancellationToken: new CancellationToken(canceled: true)));
    }

    [Fact]
    public void Describes_itself_through_GetService()
    {
        var metadata = _generator.GetService<EmbeddingGeneratorMetadata>()!;
        Assert.Equal(("semblance", "pixels", _embedder.Description.Dimension), (metadata.ProviderName, metadata.DefaultModelId, metadata.DefaultModelDimensions));
        Assert.Same(_embedder, _generator.GetService<IEmbedder>());
        Assert.Same(_generator, _generator.GetService<PictureEmbeddingGenerator>());
        Assert.Null(_generator.GetService<string>());
        Assert.Null(_generator.GetService(typeof(IEmbedder), "key"));
    }

    private static DataContent Content(Picture picture) => new(PictureEncoder.Encode(picture, PictureFormat.Png), "image/png");
}
