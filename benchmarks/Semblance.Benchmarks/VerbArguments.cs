using System.Globalization;

namespace Semblance.Benchmarks;

/// <summary>The <c>--name value</c> pairs after a verb; <c>--json</c> stands alone.</summary>
internal sealed class VerbArguments
{
    private readonly Dictionary<string, string> _values = new(StringComparer.Ordinal);

    /// <param name="known">Names with their dashes that the verb understands, beside <c>--json</c>.</param>
    /// <exception cref="VerbUsageException">A name is unknown or lacks its value.</exception>
    public VerbArguments(string[] args, params string[] known)
    {
        for (var i = 0; i < args.Length; i++)
        {
            if (args[i] == "--json")
                Json = true;
            else if (!known.Contains(args[i]))
                throw new VerbUsageException($"'{args[i]}' is not known here; known are {string.Join(", ", known)} and --json.");
            else if (++i == args.Length)
                throw new VerbUsageException($"{args[i - 1]} needs a value.");
            else
                _values[args[i - 1]] = args[i];
        }
    }

    public bool Json { get; }

    public string? Text(string name) => _values.GetValueOrDefault(name);

    public string Required(string name) => Text(name) ?? throw new VerbUsageException($"{name} is needed.");

    public int Number(string name, int usual)
    {
        if (Text(name) is not { } text)
            return usual;
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0
            ? number
            : throw new VerbUsageException($"{name} takes a whole number above 0, not '{text}'.");
    }
}

/// <summary>A verb was called wrongly; the message says what to change.</summary>
internal sealed class VerbUsageException(string message) : Exception(message);
