using System.Globalization;
using System.Numerics.Tensors;
using Semblance.Learning.Checkpoints;
using Semblance.Learning.Training;
using Semblance.Networks;
using Semblance.Numerics;

namespace Semblance.Learning;

/// <summary>
/// Trains a network of one picture input and one output to tell classes apart: batch, forward, loss, backward, clip, step, and after
/// each epoch a look at other pictures. The same network, loaders, options and seeds give the same weights to the byte, also when
/// the run was stopped and resumed in between. For one thread.
/// </summary>
public sealed class ClassificationTrainer : IDisposable
{
    public const string CheckpointName = "checkpoint.bin";

    private readonly Network _network;
    private readonly DataLoader _training;
    private readonly Optimizer _optimizer;
    private readonly ISchedule _schedule;
    private readonly TrainingOptions _options;
    private readonly string _input;
    private readonly string _output;
    private readonly GradientClipping _clipping;
    private readonly WorkerTeam _team;
    private readonly TrainingPosition _position;
    private readonly LossParameters<float> _lossParameters;
    private NetworkRun<float>? _trainingRun;
    private NetworkRun<float>? _judgingRun;

    /// <param name="schedule">Of the step; a <see cref="Plateau"/> is told the validation's accuracy or loss after each epoch.</param>
    public ClassificationTrainer(Network network, DataLoader training, Optimizer optimizer, ISchedule schedule, TrainingOptions options)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(options.Epochs, nameof(options));
        ArgumentOutOfRangeException.ThrowIfNegative(options.CheckpointEvery, nameof(options));
        if (network.InputNames is not [var input] || network.OutputNames is not [var output])
            throw new ArgumentException($"The network has the inputs {string.Join(", ", network.InputNames)} and the outputs {string.Join(", ", network.OutputNames)}; a classifier has one of each.", nameof(network));
        if (schedule is Plateau && options.Validation is null)
            throw new ArgumentException("A plateau needs results to look at; give the options a validation set.", nameof(options));
        (_network, _training, _optimizer, _schedule, _options, _input, _output) = (network, training, optimizer, schedule, options, input, output);
        _clipping = new GradientClipping(optimizer.Parameters);
        _position = new TrainingPosition(options.Loss, options.Configuration);
        _lossParameters = new LossParameters<float>(options.Loss.Parameters);
        _team = new WorkerTeam(options.Threads);
    }

    /// <summary>One point for each epoch so far.</summary>
    public IReadOnlyList<CurvePoint> Curve => _position.Curve;

    /// <summary>Steps taken so far.</summary>
    public long Steps => _position.Step;

    /// <summary>Trains until all epochs are over.</summary>
    /// <exception cref="OperationCanceledException">
    /// The step under way was finished, and a checkpoint was written if there is a folder.
    /// </exception>
    /// <exception cref="NotFiniteNumberException">
    /// An input, a layer, the loss or a gradient is not finite; the message names it. The last checkpoint is as it was.
    /// </exception>
    public void Run(CancellationToken cancellationToken = default)
    {
        if (_options.Folder is { } folder)
        {
            Directory.CreateDirectory(folder);
            File.WriteAllText(Path.Combine(folder, "config.txt"), _options.Configuration);
        }
        try
        {
            while (_position.Epoch < _options.Epochs)
            {
                var watch = new Watch(_options.Clock, _position);
                TrainEpoch(watch, cancellationToken);
                FinishEpoch(watch, cancellationToken);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            SaveToFolder();
            throw;
        }
    }

    /// <summary>Loss and accuracy over a loader's first epoch, with the weights as they are.</summary>
    public ClassificationResult Evaluate(DataLoader loader, CancellationToken cancellationToken = default)
    {
        var (loss, correct, pictures) = (0.0, 0, 0);
        var unused = Array.Empty<float>();
        foreach (var batch in loader.Epoch(0, cancellationToken: cancellationToken))
        {
            using (batch)
            {
                // Rows do not look at each other in inference: a smaller batch takes the first places.
                if (_judgingRun is null || !Fits(_judgingRun, batch) || _judgingRun.Input(_input).Shape[0] < batch.Count)
                    Replace(ref _judgingRun, batch, training: false);
                batch.Pixels.CopyTo(_judgingRun!.Input(_input).Span);
                _judgingRun.Forward();
                var outputs = OutputRows(_judgingRun, batch.Count);
                if (unused.Length != outputs.Length)
                    unused = new float[outputs.Length];
                loss += batch.Count * _options.Loss.Compute(outputs, batch.Labels, unused, _lossParameters);
                correct += Correct(outputs, batch.Labels);
                pictures += batch.Count;
            }
        }
        return new ClassificationResult(loss / pictures, (double)correct / pictures, pictures);
    }

    /// <summary>Writes all that <see cref="Restore"/> needs.</summary>
    /// <exception cref="CheckpointException">The file cannot be written.</exception>
    /// <exception cref="NotFiniteNumberException">A weight, an average or the optimizer's state is not finite; an older file at the path is as it was.</exception>
    public void Save(string path)
    {
        var parts = Parts();
        var check = new FinitenessVisitor();
        foreach (var part in parts.Prepend(new NetworkState(_network)))
            part.VisitState(check);
        Checkpoint.Save(path, _network, parts);
    }

    /// <summary>Goes back to where a trainer made alike wrote a checkpoint; <see cref="Run"/> goes on with the next step.</summary>
    /// <exception cref="CheckpointException">The file is missing, damaged, or of another network or configuration; nothing has changed then.</exception>
    public void Restore(string path)
    {
        var configuration = Checkpoint.ReadText(path, TrainingPosition.Configuration);
        if (configuration != _options.Configuration)
            throw new CheckpointException($"The checkpoint '{path}' was written with other settings, so that its weights would not go on as they began. Written with: {configuration} Asked for: {_options.Configuration}");
        Checkpoint.Restore(path, _network, Parts());
    }

    public void Dispose()
    {
        _trainingRun?.Dispose();
        _judgingRun?.Dispose();
        _team.Dispose();
    }

    private void TrainEpoch(Watch watch, CancellationToken cancellationToken)
    {
        var pictures = 0;
        // At once rather than when a batch is ready: the step before may have been told to stop.
        cancellationToken.ThrowIfCancellationRequested();
        foreach (var batch in _training.Epoch(_position.Epoch, _position.Batch, cancellationToken))
        {
            using (batch)
            {
                var (loss, correct, norm) = TakeStep(batch);
                _position.AddStep(batch.Index, loss, correct, batch.Count);
                pictures += batch.Count;
                watch.Pause();
                watch.PicturesPerSecond = pictures / watch.Seconds;
                _options.Progress?.Report(new TrainingProgress(_position.Epoch, _position.Step, loss, (double)correct / batch.Count, _optimizer.LearningRate, norm, watch.PicturesPerSecond));
            }
            if (_options.CheckpointEvery > 0 && _position.Step % _options.CheckpointEvery == 0)
                SaveToFolder();
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    private (double Loss, int Correct, double Norm) TakeStep(PictureBatch batch)
    {
        if (_trainingRun is null || !Fits(_trainingRun, batch) || _trainingRun.Input(_input).Shape[0] != batch.Count)
            Replace(ref _trainingRun, batch, training: true);
        var run = _trainingRun!;
        batch.Pixels.CopyTo(run.Input(_input).Span);
        run.Passes = _position.Step;
        run.Forward();
        var outputs = OutputRows(run, batch.Count);
        var loss = _options.Loss.Compute(outputs, batch.Labels, run.OutputGradient(_output).Span, _lossParameters);
        if (!double.IsFinite(loss))
            throw new NotFiniteNumberException(string.Create(CultureInfo.InvariantCulture, $"The loss of step {_position.Step + 1} is {loss}, from outputs that are finite: the training has diverged. Lower the learning rate, warm it up or clip the gradients, and go back to the last checkpoint."));
        run.Backward();
        var norm = _options.ClipNorm is { } most ? _clipping.ByNorm(most, _team) : _clipping.Norm(_team);
        _optimizer.LearningRate = _schedule.At(_position.Step);
        _optimizer.Step(_team);
        _options.Average?.Update(_team);
        return (loss, Correct(outputs, batch.Labels), norm);
    }

    private void FinishEpoch(Watch watch, CancellationToken cancellationToken)
    {
        var judged = Judge(cancellationToken);
        if (_schedule is Plateau plateau && judged is { } result)
            plateau.Report(plateau.Maximizes ? result.Accuracy : result.Loss);
        watch.Pause();
        _position.Curve.Add(new CurvePoint(_position.Epoch + 1, _position.Step, _optimizer.LearningRate, _position.Loss, _position.Accuracy, judged?.Loss, judged?.Accuracy, watch.PicturesPerSecond, _position.Seconds, _position.CpuSeconds));
        _position.NextEpoch();
        SaveToFolder();
        if (_options.Folder is { } folder)
            CurveFiles.Write(folder, _position.Curve);
    }

    private ClassificationResult? Judge(CancellationToken cancellationToken)
    {
        if (_options.Validation is not { } validation)
            return null;
        _options.Average?.Swap();
        try
        {
            return Evaluate(validation, cancellationToken);
        }
        finally
        {
            _options.Average?.Swap();
        }
    }

    private bool Fits(NetworkRun<float> run, PictureBatch batch) => run.Input(_input).Shape is var shape && shape[1] == batch.Height && shape[2] == batch.Width;

    private void Replace(ref NetworkRun<float>? run, PictureBatch batch, bool training)
    {
        run?.Dispose();
        run = null;
        run = _network.Prepare<float>([[batch.Count, batch.Height, batch.Width, 3]], new RunOptions { Training = training, Team = _team, Seed = _options.Seed, Recompute = _options.Recompute });
    }

    private ReadOnlySpan<float> OutputRows(NetworkRun<float> run, int rows)
    {
        var output = run.Output(_output);
        return output.Span[..(int)(output.Shape.Length / output.Shape[0] * rows)];
    }

    private static int Correct(ReadOnlySpan<float> outputs, ReadOnlySpan<int> labels)
    {
        var (classes, correct) = (outputs.Length / labels.Length, 0);
        for (var row = 0; row < labels.Length; row++)
        {
            if (TensorPrimitives.IndexOfMax(outputs.Slice(row * classes, classes)) == labels[row])
                correct++;
        }
        return correct;
    }

    private void SaveToFolder()
    {
        if (_options.Folder is { } folder)
            Save(Path.Combine(folder, CheckpointName));
    }

    private List<IStateful> Parts()
    {
        List<IStateful> parts = [_optimizer, _position];
        if (_options.Average is { } average)
            parts.Add(average);
        if (_schedule is IStateful schedule)
            parts.Add(schedule);
        return parts;
    }

    /// <summary>Adds the time of an epoch to the run's, piece by piece, so that a checkpoint in the middle knows it.</summary>
    private sealed class Watch(TimeProvider clock, TrainingPosition position)
    {
        private long _last = clock.GetTimestamp();
        private TimeSpan _lastCpu = Environment.CpuUsage.TotalTime;

        /// <summary>Of this epoch, since it began or was resumed.</summary>
        public double Seconds { get; private set; }

        public double PicturesPerSecond { get; set; }

        public void Pause()
        {
            var (now, cpu) = (clock.GetTimestamp(), Environment.CpuUsage.TotalTime);
            var seconds = clock.GetElapsedTime(_last, now).TotalSeconds;
            Seconds += seconds;
            position.AddTime(seconds, (cpu - _lastCpu).TotalSeconds);
            (_last, _lastCpu) = (now, cpu);
        }
    }
}
