using System.CommandLine;
using System.Globalization;
using System.Text.Json;

namespace Semblance.Cli.Settings;

/// <summary>
/// A value that comes from a flag, else from the environment, else from <c>semblance.json</c>, else from its default.
/// All of them are read by the same parser, so that they accept the same values and complain alike.
/// </summary>
internal abstract class Setting(string name)
{
    /// <summary>Name without dashes in front; also the key in <c>semblance.json</c>.</summary>
    public string Name { get; } = name;

    /// <summary><c>SEMBLANCE_</c> and the name in capitals, dashes as underscores.</summary>
    public string EnvironmentName { get; } = "SEMBLANCE_" + name.ToUpperInvariant().Replace('-', '_');

    public abstract Option Option { get; }

    /// <summary>What a value looks like, for messages: "a whole number".</summary>
    public abstract string Expected { get; }

    /// <summary>True when the JSON value has the right type and can be read.</summary>
    public abstract bool Accepts(JsonElement value);

    public static Setting<bool> Flag(string name, string description, params string[] aliases) =>
        new(name, description, false, "true or false", Shape.Flag, ReadFlag, aliases);

    public static Setting<string?> Text(string name, string placeholder, string description, params string[] aliases) =>
        new(name, description, null, "text", Shape.Text, texts => (true, texts[^1]), aliases, placeholder);

    /// <summary>May be given several times; in the environment the values are separated by <c>;</c>.</summary>
    public static Setting<IReadOnlyList<string>> Texts(string name, string placeholder, string description, params string[] aliases) =>
        new(name, description, [], "text or a list of texts", Shape.Texts, texts => (true, texts), aliases, placeholder);

    public static Setting<int> WholeNumber(string name, string description, int fallback, int minimum, params string[] aliases) =>
        new(name, description, fallback, $"a whole number from {minimum}", Shape.Number, texts => (TryWhole(texts[^1], minimum, out var value), value), aliases, "N");

    public static Setting<int?> OptionalWholeNumber(string name, string description, int minimum, params string[] aliases) =>
        new(name, description, null, $"a whole number from {minimum}", Shape.Number, texts => (TryWhole(texts[^1], minimum, out var value), value), aliases, "N");

    public static Setting<double?> OptionalNumber(string name, string placeholder, string description, double minimum, double maximum) =>
        new(name, description, null, $"a number from {minimum} to {maximum}", Shape.Number, texts => ReadNumber(texts[^1], minimum, maximum), [], placeholder);

    /// <summary>A value with a syntax of its own.</summary>
    public static Setting<T> Parsed<T>(string name, string placeholder, string description, T fallback, string expected, Func<string, (bool Ok, T Value)> parse, params string[] aliases) =>
        new(name, description, fallback, expected, Shape.Text, texts => parse(texts[^1]), aliases, placeholder);

    internal enum Shape
    {
        Flag,
        Number,
        Text,
        Texts,
    }

    private static (bool Ok, bool Value) ReadFlag(IReadOnlyList<string> texts) => texts.Count == 0 ? (true, true) : texts[^1].ToLowerInvariant() switch
    {
        "true" or "1" or "yes" or "on" => (true, true),
        "false" or "0" or "no" or "off" => (true, false),
        _ => (false, false),
    };

    private static bool TryWhole(string text, int minimum, out int value) =>
        int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value) && value >= minimum;

    private static (bool Ok, double? Value) ReadNumber(string text, double minimum, double maximum) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && value >= minimum && value <= maximum ? (true, value) : (false, null);
}

internal sealed class Setting<T> : Setting
{
    private readonly Shape _shape;
    private readonly Func<IReadOnlyList<string>, (bool Ok, T Value)> _parse;
    private readonly Option<T> _option;

    public Setting(string name, string description, T fallback, string expected, Shape shape, Func<IReadOnlyList<string>, (bool Ok, T Value)> parse, string[] aliases, string? placeholder = null)
        : base(name)
    {
        Default = fallback;
        Expected = expected;
        _shape = shape;
        _parse = parse;
        _option = new Option<T>("--" + name, aliases)
        {
            Description = description,
            HelpName = placeholder,
            Arity = shape switch
            {
                Shape.Flag => ArgumentArity.ZeroOrOne,
                Shape.Texts => ArgumentArity.OneOrMore,
                _ => ArgumentArity.ExactlyOne,
            },
            CustomParser = result =>
            {
                var texts = result.Tokens.Select(token => token.Value).ToArray();
                if (parse(texts) is (true, var value))
                    return value;
                result.AddError($"--{name} is {expected}, not '{texts[^1]}'.");
                return fallback;
            },
        };
    }

    public T Default { get; }

    public override Option Option => _option;

    public Option<T> TypedOption => _option;

    public override string Expected { get; }

    public override bool Accepts(JsonElement value) => TryRead(value, out _);

    /// <summary>Reads the text of an environment variable.</summary>
    public bool TryRead(string text, out T value)
    {
        (var ok, value) = _parse(_shape == Shape.Texts ? text.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) : [text]);
        return ok;
    }

    public bool TryRead(JsonElement json, out T value)
    {
        value = Default;
        var texts = (_shape, json.ValueKind) switch
        {
            (Shape.Flag, JsonValueKind.True or JsonValueKind.False) or (Shape.Number, JsonValueKind.Number) => [json.GetRawText()],
            (Shape.Text or Shape.Texts, JsonValueKind.String) => [json.GetString()!],
            (Shape.Texts, JsonValueKind.Array) when json.EnumerateArray().All(element => element.ValueKind == JsonValueKind.String) => json.EnumerateArray().Select(element => element.GetString()!).ToArray(),
            _ => (string[]?)null,
        };
        if (texts is null)
            return false;
        (var ok, value) = _parse(texts);
        return ok;
    }
}
