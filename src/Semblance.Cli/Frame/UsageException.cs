namespace Semblance.Cli.Frame;

/// <summary>The command cannot be carried out as it was typed or configured; the message says what to change.</summary>
internal sealed class UsageException(string message) : Exception(message);
