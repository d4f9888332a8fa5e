namespace Semblance.Evaluating;

/// <summary>Numbers for label names, from 0 in order of appearance.</summary>
internal sealed class LabelNumbers
{
    private readonly Dictionary<string, int> _numbers = new(StringComparer.Ordinal);
    private readonly List<string> _names = [];

    public IReadOnlyList<int[]> Of(IReadOnlyList<string[]> items) => [.. items.Select(labels => labels.Select(Number).ToArray())];

    public string Name(int number) => _names[number];

    private int Number(string name)
    {
        if (!_numbers.TryGetValue(name, out var number))
        {
            number = _names.Count;
            _numbers[name] = number;
            _names.Add(name);
        }
        return number;
    }
}
