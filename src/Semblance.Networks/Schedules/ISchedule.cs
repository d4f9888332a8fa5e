namespace Semblance.Networks;

/// <summary>
/// A learning rate as a function of the step alone, so that a run resumes at any step. Thread-safe, unless it says otherwise.
/// </summary>
public interface ISchedule
{
    /// <param name="step">Steps taken before this one: 0 is the first.</param>
    double At(long step);
}
