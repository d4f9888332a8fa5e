namespace Semblance.Cli.Frame;

/// <summary>What the process tells its caller when nothing was thrown; for exceptions <see cref="Semblance.Reports.ErrorCode"/> says.</summary>
internal static class ExitCodes
{
    public const int Ok = 0;

    /// <summary>Part of the work failed; what was printed is still useful.</summary>
    public const int PartialFailure = 1;

    public const int Usage = 2;

    /// <summary>A check has found damage.</summary>
    public const int Damage = 4;
}
