using System.Text.Json;
using System.Text.Json.Nodes;

namespace Semblance.Networks.Store;

/// <summary>
/// A manifest for an ONNX file that came without one: sizes from the network's own shapes, the rest from a
/// <c>preprocessor_config.json</c> beside it (the format of the Hugging Face hub) or, failing that, from what most picture
/// networks were trained with.
/// </summary>
internal static class ManifestGuess
{
    private const int UsualSize = 224;

    public static (ModelManifest Manifest, List<string> Guesses) Make(string path, string id, string sha256, string? preprocessor)
    {
        List<string> guesses = [];
        using var session = new OnnxSession(path, new OnnxSessionOptions { GraphOptimization = GraphOptimization.Basic });
        var pictures = session.Inputs.Where(i => i is { Shape.Count: 4, ElementType: OnnxElementType.Float }).ToList();
        if (session.Inputs.Count != 1 || pictures.Count != 1)
            throw new ModelException($"'{path}' takes {string.Join(", ", session.Inputs)}; a picture model takes exactly one input, four-dimensional and of float32.");
        var shape = pictures[0].Shape;
        var layout = Layout(shape, path, guesses);
        var (height, width) = layout == TensorLayout.Nchw ? (shape[2], shape[3]) : (shape[1], shape[2]);
        var input = Input(layout, (int)width, (int)height, preprocessor, guesses);

        var tap = session.Outputs.FirstOrDefault(o => o is { ElementType: OnnxElementType.Float, Shape.Count: 2 })
            ?? session.Outputs.FirstOrDefault(o => o is { ElementType: OnnxElementType.Float, Shape.Count: 3 or 4 })
            ?? throw new ModelException($"'{path}' gives {string.Join(", ", session.Outputs)}; none of them is a vector or a feature map of float32.");
        if (session.Outputs.Count > 1)
            guesses.Add($"the output '{tap.Name}' as the vector, of {string.Join(", ", session.Outputs)}");
        if (tap.Shape.Count > 2)
            guesses.Add($"the average over the places of '{tap.Name}'");
        var manifest = new ModelManifest
        {
            Id = id,
            Sha256 = sha256,
            Dimension = Dimension(session, pictures[0].Name, tap.Name, input),
            Input = input,
            Taps = [new ModelTap(tap.Name)],
        };
        return (manifest, guesses);
    }

    private static TensorLayout Layout(IReadOnlyList<long> shape, string path, List<string> guesses)
    {
        if (shape[1] == 3)
            return TensorLayout.Nchw;
        if (shape[3] == 3)
            return TensorLayout.Nhwc;
        if (shape[1] >= 0 && shape[3] >= 0)
            throw new ModelException($"'{path}' takes [{string.Join(", ", shape)}]; a picture has three channels, second or last.");
        guesses.Add("the layout nchw");
        return TensorLayout.Nchw;
    }

    private static ModelInput Input(TensorLayout layout, int width, int height, string? preprocessor, List<string> guesses)
    {
        var known = Parse(preprocessor);
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
        IReadOnlyList<double> mean = [0.485, 0.456, 0.406];
        IReadOnlyList<double> std = [0.229, 0.224, 0.225];
        if (known?["do_normalize"] is JsonValue normalise && normalise.GetValueKind() == JsonValueKind.False)
            (mean, std) = ([0, 0, 0], [1, 1, 1]);
        else if (Triple(known?["image_mean"]) is { } knownMean && Triple(known?["image_std"]) is { } knownStd)
            (mean, std) = (knownMean, knownStd);
        else
            guesses.Add("the mean and deviation of ImageNet");
        var scale = known?["do_rescale"] is JsonValue rescale && rescale.GetValueKind() == JsonValueKind.False ? 1 : Number(known?["rescale_factor"]) ?? 1.0 / 255;
        var resize = ResizeRule.Stretch;
        if (known is null)
            guesses.Add("RGB order, values from 0 to 1 and the resize rule 'stretch'");
        else if (known["crop_size"] is not null || size?["shortest_edge"] is not null)
            resize = ResizeRule.Crop;
        return new ModelInput(width, height, ChannelOrder.Rgb, layout, mean, std, scale, resize);
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

    private static double? Number(JsonNode? node) => node is JsonValue value && value.TryGetValue<double>(out var number) ? number : null;

    private static double[]? Triple(JsonNode? node) => node is JsonArray { Count: 3 } array && array.All(n => Number(n) is not null) ? [.. array.Select(n => Number(n)!.Value)] : null;
}
