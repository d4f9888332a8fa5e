using System.Text.Json;
using System.Text.Json.Nodes;
using Semblance.Networks.Onnx;
using Semblance.Networks.Recognition;

namespace Semblance.Networks.Store;

/// <summary>
/// A manifest for an ONNX file that came without one: sizes from the network's own shapes, the way of feeding from a
/// <c>preprocessor_config.json</c> beside it (the format of the Hugging Face hub), from whoever answers the question, or from what names and producer
/// make likely.
/// </summary>
internal static class ManifestGuess
{
    private const int UsualSize = 224;

    /// <param name="model">The file's contents.</param>
    /// <param name="path">The file, which is loaded.</param>
    /// <param name="name">What the file was called where it came from.</param>
    /// <param name="preprocessor">Contents of the preprocessor file; null for none.</param>
    /// <param name="choose">Says how the network is fed; null takes the guess.</param>
    public static (ModelManifest Manifest, List<string> Guesses) Make(ModelProto model, string path, string id, string name, string sha256, string? preprocessor, Func<FeedingQuestion, FeedingAnswer>? choose = null)
    {
        List<string> guesses = [];
        using var session = new OnnxSession(path, new OnnxSessionOptions { GraphOptimization = GraphOptimization.Basic });
        var pictures = session.Inputs.Where(i => i is { Shape.Count: 4, ElementType: OnnxElementType.Float }).ToList();
        if (session.Inputs.Count != 1 || pictures.Count != 1)
            throw new ModelException($"'{path}' takes {string.Join(", ", session.Inputs)}; a picture model takes exactly one input, four-dimensional and of float32.");
        var tap = session.Outputs.FirstOrDefault(o => o is { ElementType: OnnxElementType.Float, Shape.Count: 2 })
            ?? session.Outputs.FirstOrDefault(o => o is { ElementType: OnnxElementType.Float, Shape.Count: 3 or 4 })
            ?? throw new ModelException($"'{path}' gives {string.Join(", ", session.Outputs)}; none of them is a vector or a feature map of float32.");
        if (session.Outputs.Count > 1)
            guesses.Add($"the output '{tap.Name}' as the vector, of {string.Join(", ", session.Outputs)}");
        if (tap.Shape.Count > 2)
            guesses.Add($"the average over the places of '{tap.Name}'");

        var picture = pictures[0];
        var known = Parse(preprocessor);
        var (input, dimension) = Fit(session, picture, tap.Name, path, known, guesses);
        var (hint, reason) = FeedingHints.Of(model, name, input.Layout);
        var declared = Declared(known);
        var question = new FeedingQuestion(model, picture.Name, (declared ?? hint).ApplyTo(input), declared is not null, hint, reason);
        var answer = choose?.Invoke(question) ?? (declared is null ? new FeedingAnswer(hint, reason) : new FeedingAnswer(null, null));
        input = answer.Feeding?.ApplyTo(input) ?? question.Guess;
        if (answer is { Feeding: { } chosen, Why: { } why })
            guesses.Add($"the feeding '{chosen.Name}' ({chosen.Meaning}), because {why}");
        if (answer.Resize is { } resize)
            input = input with { Resize = resize };
        else if (known is null)
            guesses.Add("the resize rule 'stretch'");
        var manifest = new ModelManifest
        {
            Id = id,
            Sha256 = sha256,
            Dimension = dimension,
            Input = input,
            Taps = [new ModelTap(tap.Name)],
            Source = answer.Feeding is null ? null : new JsonObject { ["feeding"] = answer.Evidence() },
        };
        return (manifest, guesses);
    }

    // Size, layout and resize rule; the way of feeding is not known yet.
    private static (ModelInput Input, int Dimension) Fit(OnnxSession session, OnnxTensorInfo picture, string tap, string path, JsonObject? known, List<string> guesses)
    {
        var shape = picture.Shape;
        if (shape[1] == 3 || shape[3] == 3)
            return Try(shape[1] == 3 ? TensorLayout.Nchw : TensorLayout.Nhwc);
        if (shape[1] >= 0 && shape[3] >= 0)
            throw new ModelException($"'{path}' takes [{string.Join(", ", shape)}]; a picture has three channels, second or last.");
        // Nothing is said of the channels, so the layout is the one in which the network can be run.
        try
        {
            return Try(TensorLayout.Nchw);
        }
        catch (OnnxException) when (shape[3] < 0)
        {
            return Try(TensorLayout.Nhwc);
        }

        (ModelInput, int) Try(TensorLayout layout)
        {
            var (height, width) = layout == TensorLayout.Nchw ? (shape[2], shape[3]) : (shape[1], shape[2]);
            List<string> guessed = [];
            var input = Feeding.ImageNet.ApplyTo(Sized(layout, (int)width, (int)height, known, guessed));
            var dimension = Dimension(session, picture.Name, tap, input);
            guesses.AddRange(guessed);
            return (input, dimension);
        }
    }

    private static ModelInput Sized(TensorLayout layout, int width, int height, JsonObject? known, List<string> guesses)
    {
        var size = known?["crop_size"] ?? known?["size"];
        var side = Number(size) ?? Number(size?["shortest_edge"]);
        if (width < 1 || height < 1)
        {
            (var declaredWidth, var declaredHeight) = (Number(size?["width"]) ?? side, Number(size?["height"]) ?? side);
            if (declaredWidth is null || declaredHeight is null)
                guesses.Add($"a size of {UsualSize} x {UsualSize} pixels");
            width = width > 0 ? width : (int)(declaredWidth ?? UsualSize);
            height = height > 0 ? height : (int)(declaredHeight ?? UsualSize);
        }
        var crops = known is not null && (known["crop_size"] is not null || size?["shortest_edge"] is not null);
        return new ModelInput(width, height, ChannelOrder.Rgb, layout, [0, 0, 0], [1, 1, 1], 1, crops ? ResizeRule.Crop : ResizeRule.Stretch);
    }

    // The hub's pictures are RGB.
    private static Feeding? Declared(JsonObject? known)
    {
        if (known is null)
            return null;
        var scale = IsFalse(known["do_rescale"]) ? 1 : Number(known["rescale_factor"]) ?? 1.0 / 255;
        if (IsFalse(known["do_normalize"]))
            return new Feeding("declared", "as its preprocessor file says", ChannelOrder.Rgb, scale, [0, 0, 0], [1, 1, 1]);
        return Triple(known["image_mean"]) is { } mean && Triple(known["image_std"]) is { } std && std.All(deviation => deviation > 0)
            ? new Feeding("declared", "as its preprocessor file says", ChannelOrder.Rgb, scale, mean, std)
            : null;
    }

    // Shapes often leave the length open; one run tells.
    private static int Dimension(OnnxSession session, string inputName, string output, ModelInput input)
    {
        var grey = new float[3 * input.Width * input.Height];
        ReadOnlySpan<long> shape = input.Layout == TensorLayout.Nchw ? [1, 3, input.Height, input.Width] : [1, input.Height, input.Width, 3];
        using var results = session.Run([OnnxTensor.Of<float>(inputName, grey, shape)], [output]);
        var result = results[0].Shape;
        return (int)(result.Count == 4 && input.Layout == TensorLayout.Nchw ? result[1] : result[^1]);
    }

    private static JsonObject? Parse(string? text)
    {
        try
        {
            return text is null ? null : JsonNode.Parse(text) as JsonObject;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static bool IsFalse(JsonNode? node) => node is JsonValue value && value.GetValueKind() == JsonValueKind.False;

    private static double? Number(JsonNode? node) => node is JsonValue value && value.TryGetValue<double>(out var number) ? number : null;

    private static double[]? Triple(JsonNode? node) => node is JsonArray { Count: 3 } array && array.All(n => Number(n) is not null) ? [.. array.Select(n => Number(n)!.Value)] : null;
}
