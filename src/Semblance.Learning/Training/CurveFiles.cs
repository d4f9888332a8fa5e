using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Semblance.Learning.Training;

/// <summary>The training curve as text.</summary>
internal static class CurveFiles
{
    public static string ToJson(IReadOnlyList<CurvePoint> curve) => JsonSerializer.Serialize([.. curve], CurveJson.Default.CurvePointArray);

    public static CurvePoint[] FromJson(string json) => JsonSerializer.Deserialize(json, CurveJson.Default.CurvePointArray) ?? [];

    public static string ToCsv(IReadOnlyList<CurvePoint> curve)
    {
        var text = new StringBuilder("epoch,step,learning_rate,training_loss,training_accuracy,validation_loss,validation_accuracy,pictures_per_second,seconds,cpu_seconds\n");
        foreach (var point in curve)
        {
            text.Append(string.Create(CultureInfo.InvariantCulture, $"{point.Epoch},{point.Step},{point.LearningRate:g6},{point.TrainingLoss:g6},{point.TrainingAccuracy:g6},"))
                .Append(string.Create(CultureInfo.InvariantCulture, $"{point.ValidationLoss:g6},{point.ValidationAccuracy:g6},{point.PicturesPerSecond:g6},{point.Seconds:0.0},{point.CpuSeconds:0.0}\n"));
        }
        return text.ToString();
    }

    /// <summary>Writes both beside and renames, so that a reader never sees half a file.</summary>
    public static void Write(string folder, IReadOnlyList<CurvePoint> curve)
    {
        Replace(Path.Combine(folder, "curve.csv"), ToCsv(curve));
        Replace(Path.Combine(folder, "curve.json"), ToJson(curve) + "\n");
    }

    private static void Replace(string path, string text)
    {
        File.WriteAllText(path + ".writing", text);
        File.Move(path + ".writing", path, overwrite: true);
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true, NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals)]
[JsonSerializable(typeof(CurvePoint[]))]
internal sealed partial class CurveJson : JsonSerializerContext;
