using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Semblance.Benchmarks.Figures;

/// <summary>What a verb measured, as a small table for people or as JSON for scripts.</summary>
internal sealed class FigureTable(string verb)
{
    private readonly List<(string Name, string Value)> _conditions = [];
    private readonly List<(string What, Spread Value, string Unit, string Remark)> _rows = [];

    public void Condition(string name, object value) => _conditions.Add((name, Convert.ToString(value, CultureInfo.InvariantCulture)!));

    public void Add(string what, IEnumerable<double> values, string unit, string remark = "") => _rows.Add((what, Spread.Of(values), unit, remark));

    public void Add(string what, double value, string unit, string remark = "") => Add(what, [value], unit, remark);

    public void Print(bool asJson)
    {
        if (asJson)
            PrintJson();
        else
            PrintText();
    }

    private void PrintText()
    {
        Console.WriteLine($"{verb}: {string.Join(", ", _conditions.Select(condition => $"{condition.Name} {condition.Value}"))}");
        var width = Math.Max(12, _rows.Max(row => row.What.Length));
        Console.WriteLine($"{"".PadRight(width)} {"median",10} {"min",10} {"max",10}");
        foreach (var (what, value, unit, remark) in _rows)
            Console.WriteLine($"{what.PadRight(width)} {Number(value.Median),10} {Number(value.Least),10} {Number(value.Greatest),10}  {unit,-12} {remark}".TrimEnd());
    }

    private void PrintJson()
    {
        var conditions = new JsonObject();
        foreach (var (name, value) in _conditions)
            conditions[name] = value;
        var rows = new JsonArray();
        foreach (var (what, value, unit, remark) in _rows)
            rows.Add(new JsonObject { ["what"] = what, ["median"] = value.Median, ["min"] = value.Least, ["max"] = value.Greatest, ["unit"] = unit, ["remark"] = remark });
        Console.WriteLine(new JsonObject { ["benchmark"] = verb, ["conditions"] = conditions, ["figures"] = rows }.ToJsonString(new JsonSerializerOptions { WriteIndented = true }));
    }

    private static string Number(double value) => value.ToString(Math.Abs(value) >= 100 ? "0" : Math.Abs(value) >= 10 ? "0.0" : "0.000", CultureInfo.InvariantCulture);
}
