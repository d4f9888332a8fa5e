namespace Semblance.Learning;

/// <summary>A step that was taken.</summary>
/// <param name="Epoch">Counted from 0.</param>
/// <param name="Step">Steps so far, this one included.</param>
/// <param name="Loss">Of the batch, before the step.</param>
/// <param name="Accuracy">Of the batch, before the step.</param>
/// <param name="GradientNorm">Before clipping.</param>
/// <param name="PicturesPerSecond">Since the epoch began or was resumed, waiting for the loader included.</param>
public readonly record struct TrainingProgress(int Epoch, long Step, double Loss, double Accuracy, double LearningRate, double GradientNorm, double PicturesPerSecond);

/// <summary>How well a network does on a set.</summary>
/// <param name="Accuracy">Share of pictures whose class has the largest output.</param>
public readonly record struct ClassificationResult(double Loss, double Accuracy, int Pictures);

/// <summary>A point of the training curve: an epoch that is over.</summary>
/// <param name="Epoch">Epochs so far, this one included.</param>
/// <param name="LearningRate">Of its last step.</param>
/// <param name="TrainingLoss">Mean over its batches, each before its step and augmented.</param>
/// <param name="TrainingAccuracy">As the loss.</param>
/// <param name="ValidationLoss">After the epoch, with averaged weights where there are some; null where nothing is judged.</param>
/// <param name="ValidationAccuracy">As the validation loss.</param>
/// <param name="Seconds">Of training and judging so far, over all resumptions.</param>
/// <param name="CpuSeconds">The same on all processors, of the whole process.</param>
public sealed record CurvePoint(int Epoch, long Step, double LearningRate, double TrainingLoss, double TrainingAccuracy, double? ValidationLoss, double? ValidationAccuracy, double PicturesPerSecond, double Seconds, double CpuSeconds);
