namespace Semblance.Networks;

/// <summary>The same rate for every step.</summary>
public sealed class ConstantSchedule(double rate) : ISchedule
{
    public double At(long step) => rate;
}
