using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Semblance.Evaluation.Reports;

namespace Semblance.Learning.Training;

/// <summary>The training curve as text.</summary>
internal static class CurveFiles
{
    private static readonly string[] s_columns =
    [
        "epoch", "step", "learning_rate", "training_loss", "training_accuracy", "validation_loss", "validation_accuracy", "pictures_per_second", "seconds", "cpu_seconds",
    ];

    public static string ToJson(IReadOnlyList<CurvePoint> curve) => JsonSerializer.Serialize([.. curve], CurveJson.Default.CurvePointArray);

    public static CurvePoint[] FromJson(string json) => JsonSerializer.Deserialize(json, CurveJson.Default.CurvePointArray) ?? [];

    public static string ToCsv(IReadOnlyList<CurvePoint> curve)
    {
        var text = new StringWriter(CultureInfo.InvariantCulture);
        DelimitedText.WriteCsvLine(text, s_columns);
        foreach (var point in curve)
            DelimitedText.WriteCsvLine(text, Cells(point));
        return text.ToString();
    }

    /// <summary>Writes both beside and renames, so that a reader never sees half a file.</summary>
    public static void Write(string folder, IReadOnlyList<CurvePoint> curve)
    {
        Replace(Path.Combine(folder, "curve.csv"), ToCsv(curve));
        Replace(Path.Combine(folder, "curve.json"), ToJson(curve) + "\n");
    }

    private static string[] Cells(CurvePoint point) =>
    [
        point.Epoch.ToString(CultureInfo.InvariantCulture), point.Step.ToString(CultureInfo.InvariantCulture), Short(point.LearningRate), Short(point.TrainingLoss), Short(point.TrainingAccuracy),
        Short(point.ValidationLoss), Short(point.ValidationAccuracy), Short(point.PicturesPerSecond), Tenths(point.Seconds), Tenths(point.CpuSeconds),
    ];

    private static string Short(double? value) => value?.ToString("g6", CultureInfo.InvariantCulture) ?? "";

    private static string Tenths(double value) => value.ToString("0.0", CultureInfo.InvariantCulture);

    private static void Replace(string path, string text)
    {
        File.WriteAllText(path + ".writing", text);
        File.Move(path + ".writing", path, overwrite: true);
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true, NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals)]
[JsonSerializable(typeof(CurvePoint[]))]
internal sealed partial class CurveJson : JsonSerializerContext;
