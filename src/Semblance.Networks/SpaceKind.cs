namespace Semblance.Networks;

/// <summary>What the vectors of a space are made of.</summary>
public enum SpaceKind
{
    /// <summary>Real numbers.</summary>
    Float,

    /// <summary>Bits; a model gives one number for each, and those above 0 set it.</summary>
    Bits,
}

/// <summary>What a model takes in.</summary>
public enum Modality
{
    Picture,
    Text,
    Sketch,
}

/// <summary>The same as manifests, data bases and commands spell it.</summary>
public static class SpaceNames
{
    public static string Name(this SpaceKind kind) => kind switch
    {
        SpaceKind.Float => "float",
        SpaceKind.Bits => "bits",
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "Not a kind of space."),
    };

    public static string Name(this Modality modality) => modality switch
    {
        Modality.Picture => "picture",
        Modality.Text => "text",
        Modality.Sketch => "sketch",
        _ => throw new ArgumentOutOfRangeException(nameof(modality), modality, "Not a modality."),
    };

    public static bool TryParse(string name, out SpaceKind kind) => IsNamed(name, static kind => kind.Name(), out kind);

    public static bool TryParse(string name, out Modality modality) => IsNamed(name, static modality => modality.Name(), out modality);

    private static bool IsNamed<T>(string name, Func<T, string> spelling, out T value)
        where T : struct, Enum
    {
        foreach (var candidate in Enum.GetValues<T>())
        {
            value = candidate;
            if (spelling(candidate) == name)
                return true;
        }
        value = default;
        return false;
    }
}
