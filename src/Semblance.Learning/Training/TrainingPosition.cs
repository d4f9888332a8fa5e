using Semblance.Networks;

namespace Semblance.Learning.Training;

/// <summary>Where a training run stands between two steps, and what it has seen of its epoch.</summary>
internal sealed class TrainingPosition(ILoss loss, string configuration) : IStateful
{
    public const string Configuration = "run.configuration";

    private long _epoch;
    private long _batch;
    private long _step;
    private double _lossSum;
    private long _correct;
    private long _pictures;
    private double _seconds;
    private double _cpuSeconds;
    private string _configuration = configuration;

    public List<CurvePoint> Curve { get; } = [];

    public int Epoch => (int)_epoch;

    /// <summary>The next of the epoch.</summary>
    public int Batch => (int)_batch;

    /// <summary>Steps taken.</summary>
    public long Step => _step;

    public double Loss => _pictures == 0 ? 0 : _lossSum / _pictures;

    public double Accuracy => _pictures == 0 ? 0 : (double)_correct / _pictures;

    public double Seconds => _seconds;

    public double CpuSeconds => _cpuSeconds;

    public void AddStep(int batch, double batchLoss, int correct, int pictures)
    {
        _batch = batch + 1;
        _step++;
        _lossSum += batchLoss * pictures;
        _correct += correct;
        _pictures += pictures;
    }

    public void AddTime(double seconds, double cpuSeconds)
    {
        _seconds += seconds;
        _cpuSeconds += cpuSeconds;
    }

    public void NextEpoch()
    {
        _epoch++;
        (_batch, _lossSum, _correct, _pictures) = (0, 0, 0, 0);
    }

    public void VisitState(StateVisitor visitor)
    {
        foreach (var parameter in loss.Parameters)
            visitor.Singles($"loss.{parameter.Name}", parameter.Shape, parameter.Values);
        visitor.Integer("run.epoch", ref _epoch);
        visitor.Integer("run.batch", ref _batch);
        visitor.Integer("run.step", ref _step);
        visitor.Real("run.loss", ref _lossSum);
        visitor.Integer("run.correct", ref _correct);
        visitor.Integer("run.pictures", ref _pictures);
        visitor.Real("run.seconds", ref _seconds);
        visitor.Real("run.cpu_seconds", ref _cpuSeconds);
        visitor.Text(Configuration, ref _configuration);
        var curve = CurveFiles.ToJson(Curve);
        visitor.Text("run.curve", ref curve);
        Curve.Clear();
        Curve.AddRange(CurveFiles.FromJson(curve));
    }
}
