using System.CommandLine;
using Semblance.Cli.Frame;

namespace Semblance.Cli.Settings;

/// <summary>Settles the value of a setting: flag, else environment, else the settings files in their order, else default.</summary>
internal sealed class SettingsReader(ParseResult parsed, CliHost host, IReadOnlyList<string> verbs)
{
    private readonly List<SettingsFile> _files = [];

    /// <summary>Adds a file that counts after those already added.</summary>
    public void Append(SettingsFile file) => _files.Add(file);

    /// <summary>Adds a file that counts between the first and the rest.</summary>
    public void Insert(int position, SettingsFile file) => _files.Insert(position, file);

    /// <summary>True when the value comes from the command line itself.</summary>
    public bool IsTyped(Setting setting) => parsed.GetResult(setting.Option) is { Implicit: false };

    /// <exception cref="UsageException">A value from the environment or a file cannot be read.</exception>
    public T Get<T>(Setting<T> setting)
    {
        if (IsTyped(setting))
            return parsed.GetValue(setting.TypedOption)!;
        if (host.Environment(setting.EnvironmentName) is { Length: > 0 } text)
        {
            return setting.TryRead(text, out var value)
                ? value
                : throw new UsageException($"The environment variable {setting.EnvironmentName} is {setting.Expected}, not '{text}'.");
        }
        foreach (var file in _files)
        {
            if (file.Find(setting.Name, verbs) is not { } json)
                continue;
            return setting.TryRead(json, out var value)
                ? value
                : throw new UsageException($"{file.Path}: '{setting.Name}' is {setting.Expected}, not {json.GetRawText()}.");
        }
        return setting.Default;
    }
}
