<?php
// Makes the PHP fixtures: for each case what serialize(), json_encode() and print_r() give.
//
//     php make.php OUTPUT_DIR            writes the files
//     php make.php OUTPUT_DIR --check    names the files that differ, and ends with 1 if there are any

declare(strict_types=1);

ini_set('precision', '14');
ini_set('serialize_precision', '-1');

enum Suit: string
{
    case Hearts = 'H';
}

class Account
{
    public $login = 'ivan';
    protected $balance = 17.55;
    private $level = 3;
}

$deep = 'bottom';
for ($level = 20; $level > 0; $level--) {
    $deep = $level % 2 ? ['level' => $level, 'inner' => $deep] : [$deep];
}

$all = ['serialize', 'json', 'print_r'];
$notJson = ['serialize', 'print_r'];

// name => [value, forms]
$cases = [
    'ints' => [['min' => PHP_INT_MIN, 'max' => PHP_INT_MAX, 'minus_zero' => -0, 'one' => 1, 'minus' => -42], $all],
    'int_keys_with_holes' => [[0 => 'a', 2 => 'b', 5 => 'c'], $all],
    'int_keys_unordered' => [[1 => 'one', 0 => 'zero', 2 => 'two'], $all],
    'negative_keys' => [[-1 => 'a', 0 => 'b', 1 => 'c'], $all],
    'mixed_keys' => [[0 => 'zero', 'name' => 'text', 1 => 'one', '' => 'empty'], $all],
    'numeric_string_keys' => [['7' => 'int', '07' => 'text', '-5' => 'int', '1.5' => 'text', ' 1' => 'text'], $all],
    'floats' => [
        ['big' => 1e25, 'small' => 1.5e-10, 'tenth' => 0.1, 'sum' => 0.1 + 0.2, 'whole' => 5.0, 'price' => -17.55,
            'digits15' => 123456789012345.0, 'minus_zero' => -0.0, 'million' => 1e6, 'e17' => 1e17],
        $all,
    ],
    'floats_not_finite' => [['inf' => INF, 'minus_inf' => -INF, 'nan' => NAN], $notJson],
    'cyrillic' => [['имя' => 'Иван Петров', 'город' => 'Київ', 'price' => '350 руб.'], $all],
    'emoji' => [['smile' => '😀', 'flag' => '🇺🇦', 'family' => "👩\u{200D}👧", '😀' => 'key'], $all],
    'empty_array' => [[], $all],
    'empty_values' => [['text' => '', 'array' => [], 'null' => null, 'list' => ['', [], null]], $all],
    'nested_lists' => [[[1, 2, [3, [4, []]]], [[5]], 6], $all],
    'list_of_maps' => [[['id' => 1, 'name' => 'a'], ['id' => 2, 'name' => 'b', 'tags' => ['x', 'y']]], $all],
    'bool_null' => [['yes' => true, 'no' => false, 'none' => null, 'list' => [true, false, null]], $all],
    'std_class' => [(object) ['id' => 7, 'inner' => (object) [], 'list' => [(object) ['a' => 1]]], $all],
    'std_class_with_int_keys' => [(object) ['a', 'b'], $all],
    'class' => [['account' => new Account()], $notJson],
    'enum' => [['suit' => Suit::Hearts], $notJson],
    'awkward_text' => [
        [
            'quotes' => "say \"hi\" and 'ho'; s:3:\"abc\"; a:1:{i:0;N;}",
            'brackets' => '[a] => (b) [c] => { d }',
            'lines' => "first\nsecond\n)\n  [x] => y\n\nlast",
            'escapes' => "tab\tslash/ back\\slash <b>&amp;</b> \u{2028}",
            'array' => 'Array',
            'arrow' => '=>',
            'key [with] brackets' => 1,
        ],
        $all,
    ],
    'tariffs_by_id' => [
        [
            'errorCode' => 0,
            'tariffs' => [
                7 => ['id' => '7', 'name' => 'Старт', 'price' => '350.00', 'period' => 1, 'os' => [12 => 'Debian', 15 => 'CentOS']],
                19 => ['id' => '19', 'name' => 'Бизнес+', 'price' => '1200.50', 'period' => 1, 'os' => []],
                23 => ['id' => '23', 'name' => '', 'price' => null, 'period' => 12, 'os' => ['a', 'b']],
            ],
        ],
        $all,
    ],
    'deep' => [$deep, $all],
];

[$directory, $check] = [$argv[1] ?? null, in_array('--check', $argv, true)];
if ($directory === null || $directory === '--check') {
    fwrite(STDERR, "usage: php make.php OUTPUT_DIR [--check]\n");
    exit(2);
}

$different = 0;
foreach ($cases as $name => [$value, $forms]) {
    foreach ($forms as $form) {
        $text = match ($form) {
            'serialize' => serialize($value),
            'json' => json_encode($value, JSON_THROW_ON_ERROR),
            'print_r' => print_r($value, true),
        };
        $path = "$directory/$name.$form";
        if (!$check) {
            file_put_contents($path, $text);
        } elseif (!is_file($path) || file_get_contents($path) !== $text) {
            echo "differs: $name.$form\n";
            $different = 1;
        }
    }
}
exit($different);
