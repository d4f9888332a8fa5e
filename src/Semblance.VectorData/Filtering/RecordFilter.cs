using System.Linq.Expressions;
using Microsoft.Extensions.VectorData.ProviderServices;
using Microsoft.Extensions.VectorData.ProviderServices.Filter;
using Semblance.VectorData.Records;

namespace Semblance.VectorData.Filtering;

/// <summary>
/// A filter over records as a compiled test of rows. Every property of the record becomes a look into the row, so no record has to be
/// made to be filtered, and the same test serves typed and dynamic collections. Compiled and not interpreted: the interpreter refuses
/// the spans that C# makes of <c>array.Contains</c>.
/// <para>
/// Null is nobody's trap: a member or method of a property that is null is null (false where it is a bool), and a comparison with null
/// is false unless it is <c>== null</c> or <c>!=</c>, as C# has it for nullable numbers.
/// </para>
/// </summary>
internal sealed class RecordFilter : FilterTranslatorBase
{
    private readonly RowRewriter _rewriter;

    private RecordFilter(Func<PropertyModel, int> columnOf) => _rewriter = new RowRewriter(this, columnOf);

    /// <param name="columnOf">The data column of a data property, or <see cref="Row.KeyColumn"/>.</param>
    /// <exception cref="NotSupportedException">The filter looks at vectors or at the record as a whole.</exception>
    public static Func<Row, bool> Compile(LambdaExpression filter, CollectionModel model, Func<PropertyModel, int> columnOf)
    {
        var translator = new RecordFilter(columnOf);
        var body = translator.PreprocessFilter(filter, model, new FilterPreprocessingOptions());
        return translator._rewriter.Compile(body);
    }

    public ParameterExpression Record => RecordParameter;

    public bool TryBind(Expression expression, out PropertyModel? property)
    {
        var bound = TryBindProperty(expression, out var found);
        property = found;
        return bound;
    }

    public static bool TryContains(MethodCallExpression call, out Expression? source, out Expression? item)
    {
        var matched = TryMatchContains(call, out var list, out var element);
        (source, item) = (list, element);
        return matched;
    }
}
