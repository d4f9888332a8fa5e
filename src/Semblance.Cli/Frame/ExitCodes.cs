namespace Semblance.Cli.Frame;

/// <summary>What the process tells its caller.</summary>
internal static class ExitCodes
{
    public const int Ok = 0;

    /// <summary>Part of the work failed; what was printed is still useful.</summary>
    public const int PartialFailure = 1;

    public const int Usage = 2;

    /// <summary>Refused for safety (another model, a newer file, another writer); nothing was changed.</summary>
    public const int Refused = 3;

    public const int Cancelled = 130;
}
